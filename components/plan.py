"""What a run is going to do, worked out once before anything is declared.

`components.preflight` makes it. The components declare what stands here, the guard and the DNS
checks judge it, and nothing works any of it out again.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from components.load import Stack
from mail.finding import Finding
from mail.zone.deletions import Loss
from mail.zone.existing import PlannedRecord, RecordPlan
from mail.zone.record import Listing
from settings.settings import Acme, DkimKey, Domain, Host, Server


@dataclass(frozen=True, kw_only=True)
class Zone:
    """A DNS zone at Cloudflare.

    Attributes:
        name: its name.
        id: Cloudflare's name for it; empty if it could not be looked at.
        listing: what it holds now, before anything is done.
    """

    name: str
    id: str
    listing: Listing


@dataclass(frozen=True, kw_only=True)
class HostPlan:
    """The server that the stack owns.

    Attributes:
        settings: the stack's ``tapal:host``.
        acme: where its certificate comes from.
        server: chasquid's own settings.
        zone: where its name lies.
        records: what becomes of its records, by what they are for: ``a``, ``aaaa``, ``helo-spf``
            (the SPF of its own name) and ``spf`` (the one that its domains include).
        gate: what the mail gate must know of it: the text of its file.
        findings: what else the zone holds against it.
    """

    settings: Host
    acme: Acme
    server: Server
    zone: Zone
    records: Mapping[str, RecordPlan]
    gate: str
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, kw_only=True)
class KeyPlan:
    """One DKIM key.

    Attributes:
        settings: its entry in the stack's file.
        record: what becomes of its record, whose content is known only when the key is.
        protected: whether Pulumi's state protects it from deletion.
    """

    settings: DkimKey
    record: RecordPlan
    protected: bool

    @property
    def planned(self) -> PlannedRecord:
        """The one record that a key has."""
        (planned,) = self.record.records
        return planned


@dataclass(frozen=True, kw_only=True)
class DomainPlan:
    """A mail domain.

    Attributes:
        settings: its entry in the stack's file.
        key: where that entry stands, such as ``domains[0]``.
        zone: where its records go.
        spf: what becomes of its SPF record.
        dmarc: what becomes of its DMARC record.
        mx: what becomes of its MX records.
        dkim: its keys, in the order of the stack's file.
        gate: who may send as whom, as the mail gate must know it: the text of its file.
    """

    settings: Domain
    key: str
    zone: Zone
    spf: RecordPlan
    dmarc: RecordPlan
    mx: RecordPlan
    dkim: tuple[KeyPlan, ...]
    gate: str

    @property
    def name(self) -> str:
        """The domain's name."""
        return self.settings.name

    @property
    def records(self) -> tuple[RecordPlan, ...]:
        """What becomes of its mail records; those of its keys are not among them."""
        return (self.spf, self.dmarc, self.mx)


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What a run is going to do.

    Attributes:
        stack: what is to be brought up.
        host: the server, if the stack owns it.
        domains: its domains, in the order of the stack's file.
        losses: what of the stack's state would be deleted.
    """

    stack: Stack
    host: HostPlan | None
    domains: tuple[DomainPlan, ...]
    losses: tuple[Loss, ...] = ()

    @property
    def zones(self) -> tuple[Zone, ...]:
        """Every zone that records go to; a zone may stand there several times."""
        own = (self.host.zone,) if self.host else ()
        return (*own, *(domain.zone for domain in self.domains))
