"""Waits until the zone's own name servers serve some records, before anything relies on them.

A key that signs before its record is served fails at every receiver that looks just then, and
remembers the failure for the zone's negative TTL; a CA that finds no address counts a failed
attempt. The module must keep its path (see `components.resources`).
"""

import sys
from collections.abc import Mapping, Sequence
from typing import Any

import pulumi
from pulumi.dynamic import (
    ConfigureRequest,
    CreateResult,
    DiffResult,
    Resource,
    ResourceProvider,
    UpdateResult,
)

Properties = dict[str, Any]

PATIENCE = 120.0
COMPARED = ("type", "values")


class DnsPropagationProvider(ResourceProvider):
    """Waits at create and update, and remembers what it waited for."""

    serialize_as_secret_always = False  # it holds no value

    def configure(self, req: ConfigureRequest) -> None:
        """Have a failed wait show its message alone."""
        del req
        sys.tracebacklimit = 0

    def create(self, props: Properties) -> CreateResult:
        """Wait for the records."""
        _wait(props)
        return CreateResult(id_=f"{min(props['values'])}/{props['type']}", outs=props)

    def update(self, _id: str, olds: Properties, news: Properties) -> UpdateResult:
        """Wait for those that have changed: a zone that fails by now keeps no key from going."""
        _wait(news, olds.get("values", {}))
        return UpdateResult(outs=news)

    def diff(self, _id: str, olds: Properties, news: Properties) -> DiffResult:
        """Compare what is waited for."""
        return DiffResult(changes=any(olds.get(key) != news.get(key) for key in COMPARED))


def _wait(props: Properties, known: Mapping[str, Sequence[str]] | None = None) -> None:
    if props.get("leaving"):
        return
    # Imported here: only the provider's process asks the DNS, while every run imports this module.
    from components.dns import name_servers  # noqa: PLC0415

    for name, values in sorted(props["values"].items()):
        if not known or known.get(name) != values:
            name_servers.wait(name, props["type"], values, PATIENCE)


class DnsPropagation(Resource, module="tapal", name="DnsPropagation"):
    """Records that the zone's name servers are known to serve."""

    def __init__(
        self,
        name: str,
        *,
        kind: str,
        values: Mapping[str, Sequence[pulumi.Input[str]]],
        leaving: bool = False,
        opts: pulumi.ResourceOptions,
    ) -> None:
        """Declare the wait for records of type ``kind``.

        Args:
            name: the resource's name.
            kind: ``A``, ``AAAA`` or ``TXT``.
            values: what is to be served, by complete names without a final dot; none at a name
                that must have no address.
            leaving: whether the zone still holds a record of ours that this very run deletes, at
                its end: then there is no wait.
            opts: Pulumi's options.
        """
        properties: dict[str, Any] = {
            "type": kind,
            "values": {name: list(one) for name, one in values.items()},
            "leaving": leaving,
        }
        super().__init__(DnsPropagationProvider(), name, properties, opts)
