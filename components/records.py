"""The records of a host, and those of a mail domain."""

from dataclasses import dataclass

import pulumi

from components import places
from components.dns import DnsRecord, Zone
from components.former import DisplacedRecords, FormerRecords
from components.graph import Component
from components.served import Served
from components.settings import Domain
from components.settings import Host as HostSettings
from mail.existing import Outcome
from mail.zone_record import Kind


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
        host, listing = args.settings, args.zone.listing
        records = {
            what: args.zone.record(
                f"{name}-{what}-{decision.wanted.name}",
                decision,
                self.child(was=f"{name}-{what}-{host.name}" if what == "spf" else ""),
            )
            for what, outcome in places.of_host(host, listing).items()
            for decision in outcome.decisions
        }
        addresses = {"A": [host.ipv4], "AAAA": [host.ipv6.address] if host.ipv6 else []}
        # Without an address of a kind of ours there must be none: a CA would go there first.
        self.served = [
            Served(
                f"{name}-{kind.lower()}-served",
                record=host.name,
                kind=kind,
                values=list(values),
                # What the stack gives up goes at the end of the run.
                leaving=not values and any(map(listing.is_ours, listing.at(host.name, kind))),
                opts=self.child(records.get(kind.lower())),
            )
            for kind, values in addresses.items()
        ]
        self.register_outputs({"name": host.name})


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
        self._zone = args.zone
        outcomes = places.of_domain(args.settings, args.host, args.zone.listing)
        self._exchangers(args.settings.name, outcomes["mx"])
        self._one("spf", outcomes["spf"])
        self._one("dmarc", outcomes["dmarc"])
        self.register_outputs({"domain": args.settings.name})

    def _exchangers(self, domain: str, outcome: Outcome) -> None:
        former = self._former("mx", domain, outcome)
        ours: list[DnsRecord] = [
            self._zone.record(
                f"{self._label}-mx-{decision.wanted.content}", decision, self.child(former)
            )
            for decision in outcome.decisions
        ]
        if former is not None:
            DisplacedRecords(
                f"{self._label}-displaced-mx",
                zone_id=self._zone.id,
                place=domain,
                kind="mx",
                records=outcome.former,
                opts=self.child(former, *ours),
            )

    def _one(self, kind: Kind, outcome: Outcome) -> None:
        for decision in outcome.decisions:
            former = self._former(kind, decision.wanted.name, outcome)
            # What was there before takes the place of ours, with no moment without either.
            self._zone.record(
                f"{self._label}-{kind}",
                decision,
                self.child(former),
                outlives=former is not None,
            )

    def _former(self, kind: Kind, place: str, outcome: Outcome) -> FormerRecords | None:
        if not outcome.former:
            return None
        return FormerRecords(
            f"{self._label}-former-{kind}",
            zone_id=self._zone.id,
            place=place,
            kind=kind,
            records=outcome.former,
            opts=self.child(),
        )
