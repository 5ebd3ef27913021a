"""The records of a host, and those of a mail domain."""

from dataclasses import dataclass

import pulumi

from components import rules
from components.dns import DnsRecord, RecordArgs, Zone
from components.graph import Component
from components.served import Served
from components.settings import Domain
from components.settings import Host as HostSettings
from mail import dmarc, spf, txt

MX_PRIORITY = 10


@dataclass(frozen=True, kw_only=True)
class HostRecordsArgs:
    """The host, and the zone its name lies in."""

    settings: HostSettings
    zone: Zone


class HostRecords(Component):
    """A and AAAA of the host's name, the SPF of its HELO, and the SPF that domains include.

    Attributes:
        served: the wait until the addresses are served; a CA may be asked after it.
    """

    def __init__(
        self, name: str, args: HostRecordsArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("tapal:dns:HostRecords", name, None, opts)
        host = args.settings
        addresses = {"A": [host.ipv4], "AAAA": [host.ipv6.address] if host.ipv6 else []}
        self.served = [
            self._addresses(f"{name}-{kind.lower()}", args, kind, values)
            for kind, values in addresses.items()
        ]
        texts = {
            "helo-spf": (host.name, spf.helo_record()),
            "spf": (spf.record_name(host.domain), spf.host_record(host.name)),
        }
        for what, (place, value) in texts.items():
            record = RecordArgs(name=place, type="TXT", content=txt.quote(value))
            args.zone.record(f"{name}-{what}", record, self.child())
        self.register_outputs({"name": host.name})

    def _addresses(self, name: str, args: HostRecordsArgs, kind: str, values: list[str]) -> Served:
        host = args.settings.name
        records = [
            args.zone.record(name, RecordArgs(name=host, type=kind, content=value), self.child())
            for value in values
        ]
        # Without an address of this kind of ours there must be none: a CA would go there first.
        return Served(
            f"{name}-served",
            record=host,
            kind=kind,
            values=list(values),
            opts=self.child(*records),
        )


@dataclass(frozen=True, kw_only=True)
class DomainRecordsArgs:
    """A mail domain, its zone, and the host that it sends from."""

    settings: Domain
    zone: Zone
    host: HostSettings


class DomainRecords(Component):
    """MX, SPF and DMARC of a domain; its DKIM records come with the keys."""

    def __init__(
        self, name: str, args: DomainRecordsArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("tapal:dns:DomainRecords", name, None, opts)
        self._label = name
        self._args = args
        domain = args.settings
        for index, (host, priority) in enumerate(self._exchangers()):
            self._record(f"mx-{index}", "MX", domain.name, host, priority)
        includes = [spf.record_name(args.host.domain), *domain.spf.include]
        self._record(
            "spf", "TXT", domain.name, txt.quote(spf.domain_record(includes, domain.spf.all))
        )
        policy = dmarc.record(rules.policy(domain.dmarc))
        self._record("dmarc", "TXT", dmarc.record_name(domain.name), txt.quote(policy))
        self.register_outputs({"domain": domain.name})

    def _exchangers(self) -> list[tuple[str, int]]:
        mx = self._args.settings.mx
        if mx == "keep":
            return []
        if mx == "host":
            return [(self._args.host.name, MX_PRIORITY)]
        return [(exchanger.host, exchanger.priority) for exchanger in mx]

    def _record(
        self, what: str, kind: str, place: str, content: str, priority: int | None = None
    ) -> DnsRecord:
        args = RecordArgs(name=place, type=kind, content=content, priority=priority)
        return self._args.zone.record(f"{self._label}-{what}", args, self.child())
