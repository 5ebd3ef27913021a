"""Records in a zone at Cloudflare: the only module that knows that provider's plugin.

The record is a resource class of our own for the official provider's token: importing
``pulumi_cloudflare`` costs over two seconds, twice in every ``up`` (docs/decisions/ has the
measurement). A test holds its properties against the SDK's class, and the plugin's version comes
from the installed package.
"""

import asyncio
from collections.abc import Coroutine, Mapping, Sequence
from functools import cache
from importlib.metadata import version
from typing import Any, TypeVar

import pulumi
from pulumi.runtime.sync_await import _sync_await

from components.dns import plain_record
from mail.zone.record import ZoneRecord

RECORD_TYPE = "cloudflare:index/dnsRecord:DnsRecord"
GET_ZONE = "cloudflare:index/getZone:getZone"
GET_RECORDS = "cloudflare:index/getDnsRecords:getDnsRecords"
# The plugin stops at 1,000 unless told otherwise: the record that matters could be the next one.
EVERY = 100_000

# Look-ups under way at the same time: each waits for Cloudflare, not for this machine.
AT_ONCE = 8

T = TypeVar("T")
Properties = dict[str, pulumi.Input[str | float | bool | list[str]]]


@cache
def plugin_version() -> str:
    """Return the version of the provider plugin that belongs to the installed SDK."""
    return version("pulumi-cloudflare")


class DnsRecord(pulumi.CustomResource):
    """One DNS record at Cloudflare."""

    name: pulumi.Output[str]
    content: pulumi.Output[str]

    def __init__(
        self, resource_name: str, properties: Properties, opts: pulumi.ResourceOptions
    ) -> None:
        """Declare the record with the provider's own property names."""
        pinned = pulumi.ResourceOptions(version=plugin_version())
        merged = pulumi.ResourceOptions.merge(opts, pinned)
        super().__init__(RECORD_TYPE, resource_name, dict(properties), merged)


class LookUpError(RuntimeError):
    """A look-up has no answer; the text is the plugin's."""


async def find_zone(name: str) -> str:
    """Return Cloudflare's id of the zone called ``name``.

    Raises:
        LookUpError: there is none that the token opens, or Cloudflare does not answer.
    """
    return str((await _ask(GET_ZONE, {"filter": {"name": name}}))["zoneId"])


async def list_records(zone_id: str) -> list[tuple[ZoneRecord, Mapping[str, Any]]]:
    """Return every record of a zone, each also as Cloudflare has it.

    Raises:
        LookUpError: Cloudflare does not answer, or the token does not allow it.
    """
    found = (await _ask(GET_RECORDS, {"zoneId": zone_id, "maxItems": EVERY}))["results"]
    return [(plain_record.read(one), one) for one in found]


def together(questions: Sequence[Coroutine[Any, Any, T]]) -> list[T | LookUpError]:
    """Return the answers to ``questions``, in their order, or why there is none.

    At once and not as Outputs: which resources there are depends on them. The SDK's own
    `pulumi.runtime.invoke` waits by the same private function, but for one after the other only;
    the SDK is pinned.
    """

    async def wait() -> list[T | LookUpError]:
        some = asyncio.Semaphore(AT_ONCE)
        return await asyncio.gather(*(_answer(one, some) for one in questions))

    return list(_sync_await(wait()))


async def _answer(question: Coroutine[Any, Any, T], some: asyncio.Semaphore) -> T | LookUpError:
    async with some:
        try:
            return await question
        except LookUpError as error:
            return error


async def _ask(function: str, arguments: Mapping[str, object]) -> Mapping[str, Any]:
    options = pulumi.InvokeOptions(version=plugin_version())
    try:
        answer = await pulumi.runtime.invoke_async(function, dict(arguments), options)
    except Exception as error:  # the SDK has no class for it
        raise LookUpError(str(error)) from error
    found: Mapping[str, Any] = answer or {}
    return found
