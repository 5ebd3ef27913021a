"""The mail records of a domain: MX, SPF and DMARC. Its DKIM records come with the keys."""

from collections.abc import Sequence

import pulumi

from components.component import Component
from components.dns.cloudflare_plugin import DnsRecord
from components.dns.declare import declare_record
from components.plan import DomainPlan
from components.resources.previous_records import PreviousRecords, RemovedMx
from mail.zone.existing import RecordPlan
from mail.zone.record import Kind, ZoneRecord


class DomainRecords(Component):
    """MX, SPF and DMARC of a domain."""

    def __init__(
        self, name: str, args: DomainPlan, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("tapal:dns:DomainRecords", name, None, opts)
        self._domain = args.settings.name
        self._zone = args.zone
        self._mx(args.settings.name, args.mx)
        self._one("spf", args.spf)
        self._one("dmarc", args.dmarc)
        self.register_outputs({"domain": args.settings.name})

    def _mx(self, domain: str, plan: RecordPlan) -> None:
        previous = self._previous("mx", domain, plan.previous)
        ours: list[DnsRecord] = [
            declare_record(
                self._zone,
                f"dns: MX of {domain} to {planned.wanted.content}",
                planned,
                self.child(previous),
            )
            for planned in plan.records
        ]
        if previous is not None:
            RemovedMx(
                f"dns: removed MX of {domain}",
                zone_id=self._zone.id,
                record_name=domain,
                kind="mx",
                records=plan.previous,
                opts=self.child(previous, *ours),
            )

    def _one(self, kind: Kind, plan: RecordPlan) -> None:
        for planned in plan.records:
            previous = self._previous(kind, planned.wanted.name, plan.previous)
            # What was there before takes the place of ours, with no moment without either.
            declare_record(
                self._zone,
                f"dns: {kind.upper()} of {self._domain}",
                planned,
                self.child(previous),
                outlives=previous is not None,
            )

    def _previous(
        self, kind: Kind, name: str, records: Sequence[ZoneRecord]
    ) -> PreviousRecords | None:
        if not records:
            return None
        return PreviousRecords(
            f"dns: previous {kind.upper()} of {self._domain}",
            zone_id=self._zone.id,
            record_name=name,
            kind=kind,
            records=records,
            opts=self.child(),
        )
