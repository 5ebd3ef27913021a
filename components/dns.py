"""Records in a zone at Cloudflare: the only module that knows that provider.

The record is a resource class of our own for the official provider's token: importing
``pulumi_cloudflare`` costs over two seconds, twice in every ``up`` (docs/decisions/ has the
measurement). A test holds its properties against the SDK's class, and the plugin's version comes
from the installed package.
"""

from dataclasses import dataclass
from functools import cache
from importlib.metadata import version

import pulumi

RECORD_TYPE = "cloudflare:index/dnsRecord:DnsRecord"
GET_ZONE = "cloudflare:index/getZone:getZone"
AUTOMATIC_TTL = 1  # Cloudflare's word for "as the zone has it", 300 s


@cache
def plugin_version() -> str:
    """Return the version of the provider plugin that belongs to the installed SDK."""
    return version("pulumi-cloudflare")


class DnsRecord(pulumi.CustomResource):
    """One DNS record at Cloudflare."""

    name: pulumi.Output[str]
    content: pulumi.Output[str]

    def __init__(
        self,
        resource_name: str,
        properties: dict[str, pulumi.Input[str | float | bool]],
        opts: pulumi.ResourceOptions,
    ) -> None:
        """Declare the record with the provider's own property names."""
        pinned = pulumi.ResourceOptions(version=plugin_version())
        merged = pulumi.ResourceOptions.merge(opts, pinned)
        super().__init__(RECORD_TYPE, resource_name, dict(properties), merged)


@dataclass(frozen=True, kw_only=True)
class RecordArgs:
    """What a record says.

    Attributes:
        name: complete name in lower case, without a final dot: another form drifts for ever.
        type: ``A``, ``AAAA``, ``MX`` or ``TXT``.
        content: the value; a TXT in zone presentation form (`mail.txt.quote`).
        priority: of an MX.
    """

    name: str
    type: str
    content: pulumi.Input[str]
    priority: int | None = None


@dataclass(frozen=True, kw_only=True)
class Zone:
    """A DNS zone, and where our records go in it."""

    name: str
    id: pulumi.Output[str]

    def record(self, name: str, args: RecordArgs, opts: pulumi.ResourceOptions) -> DnsRecord:
        """Declare a record of this zone.

        Mail names are never proxied: Cloudflare's proxy answers no port 25.
        """
        properties: dict[str, pulumi.Input[str | float | bool]] = {
            "zoneId": self.id,
            "name": args.name,
            "type": args.type,
            "content": args.content,
            "ttl": float(AUTOMATIC_TTL),
            "proxied": False,
        }
        if args.priority is not None:
            properties["priority"] = float(args.priority)
        return DnsRecord(name, properties, opts)


class Zones:
    """The zones of the account that the token opens, each looked up once."""

    def __init__(self) -> None:
        self._known: dict[str, Zone] = {}

    def zone(self, name: str) -> Zone:
        """Return the zone called ``name``."""
        if name not in self._known:
            self._known[name] = _look_up(name)
        return self._known[name]


def _look_up(name: str) -> Zone:
    options = pulumi.InvokeOutputOptions(version=plugin_version())
    found = pulumi.runtime.invoke_output(GET_ZONE, {"filter": {"name": name}}, options)
    zone_id: pulumi.Output[str] = found.apply(lambda result: str(result["zoneId"]))
    return Zone(name=name, id=zone_id)
