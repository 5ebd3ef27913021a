"""Waits until the zone's own name servers serve a record, before anything relies on it.

A key that signs before its record is served fails at every receiver that looks just then, and
remembers the failure for the zone's negative TTL; a CA that finds no address counts a failed
attempt. The module must keep its path (see `components.resources`).
"""

import sys
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
COMPARED = ("name", "type", "values")


class DnsPropagationProvider(ResourceProvider):
    """Waits at create and update, and remembers what it waited for."""

    serialize_as_secret_always = False  # it holds no value

    def configure(self, req: ConfigureRequest) -> None:
        """Have a failed wait show its message alone."""
        del req
        sys.tracebacklimit = 0

    def create(self, props: Properties) -> CreateResult:
        """Wait for the record."""
        _wait(props)
        return CreateResult(id_=f"{props['name']}/{props['type']}", outs=props)

    def update(self, _id: str, _olds: Properties, news: Properties) -> UpdateResult:
        """Wait for the changed record."""
        _wait(news)
        return UpdateResult(outs=news)

    def diff(self, _id: str, olds: Properties, news: Properties) -> DiffResult:
        """Compare what is waited for."""
        replaces = ["name"] if olds.get("name") != news.get("name") else []
        changed = any(olds.get(key) != news.get(key) for key in COMPARED)
        return DiffResult(changes=changed, replaces=replaces)


def _wait(props: Properties) -> None:
    if props.get("leaving"):
        return
    # Imported here: only the provider's process asks the DNS, while every run imports this module.
    from components.dns import name_servers  # noqa: PLC0415

    name_servers.wait(props["name"], props["type"], props["values"], PATIENCE)


class DnsPropagation(Resource, module="tapal", name="DnsPropagation"):
    """A record that the zone's name servers are known to serve."""

    def __init__(
        self,
        name: str,
        *,
        record: str,
        kind: str,
        values: list[pulumi.Input[str]],
        leaving: bool = False,
        opts: pulumi.ResourceOptions,
    ) -> None:
        """Declare the wait for ``record`` of type ``kind`` with ``values``.

        Args:
            name: the resource's name.
            record: complete name without a final dot.
            kind: ``A``, ``AAAA`` or ``TXT``.
            values: what is to be served; none if there must be no address.
            leaving: whether the zone still holds a record of ours that this very run deletes, at
                its end: then there is no wait.
            opts: Pulumi's options.
        """
        properties: dict[str, Any] = {"name": record, "type": kind, "values": values}
        properties["leaving"] = leaving
        super().__init__(DnsPropagationProvider(), name, properties, opts)
