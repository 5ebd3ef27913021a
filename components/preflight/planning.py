"""What becomes of each record that a stack's settings ask for, given what the zones hold."""

from collections.abc import Mapping, Sequence

from components.load import Stack
from components.plan import DomainPlan, HostPlan, KeyPlan, Plan, Zone
from mail import dkim, dmarc, gate_policy, txt
from mail.gate_policy import GateDomain
from mail.spf import publish
from mail.zone.choice import RRset, Sender, plan_dmarc, plan_spf
from mail.zone.deletions import DKIM_KEYS
from mail.zone.existing import RecordPlan, no_address, plan_key, plan_record
from mail.zone.mx import plan_mx
from mail.zone.record import Listing, ZoneRecord
from settings.settings import Domain, Host

MX_PRIORITY = 10


def plan(stack: Stack, zones: Mapping[str, Zone]) -> Plan:
    """Return what becomes of every record of ``stack``.

    Args:
        stack: what is to be brought up.
        zones: by name, every zone that its records go to.
    """
    gate = gate_policy.domain_texts(list(map(_gate, stack.settings.domains)))
    domains = [
        _domain(domain, stack, zones[domain.dns_zone], f"domains[{index}]", gate[domain.name])
        for index, domain in enumerate(stack.settings.domains)
    ]
    return Plan(stack=stack, host=_host(stack, zones), domains=tuple(domains))


def _host(stack: Stack, zones: Mapping[str, Zone]) -> HostPlan | None:
    host, acme = stack.settings.host, stack.settings.acme
    if host is None or acme is None:
        return None
    zone = zones[stack.settings.host_zone(host)]
    without = no_address(host.name, "AAAA", zone.listing, "host.ipv6") if not host.ipv6 else []
    return HostPlan(
        settings=host,
        acme=acme,
        server=stack.settings.server,
        zone=zone,
        records=_host_records(host, zone.listing),
        gate=gate_policy.host_text(
            host.name, acme.email, zone.name, stack.settings.server.limits.named()
        ),
        findings=tuple(without),
    )


def _host_records(host: Host, listing: Listing) -> Mapping[str, RecordPlan]:
    found = {"a": _address(host.name, "A", host.ipv4, listing)}
    if host.ipv6:
        found["aaaa"] = _address(host.name, "AAAA", host.ipv6.address, listing)
    texts = {
        "helo-spf": (host.name, publish.helo_record()),
        "spf": (publish.record_name(host.domain), publish.host_record(host.name)),
    }
    for what, (name, value) in texts.items():
        found[what] = plan_record(_text(name, value), "spf", listing, "host.name")
    return found


def _domain(domain: Domain, stack: Stack, zone: Zone, key: str, gate: str) -> DomainPlan:
    allowed = DKIM_KEYS in stack.settings.allow
    return DomainPlan(
        settings=domain,
        key=key,
        zone=zone,
        spf=_spf(domain, stack.host, zone.listing, key),
        dmarc=_dmarc(domain, zone.listing, key),
        mx=plan_mx(
            domain.name,
            _exchangers(domain, stack.host),
            domain.existing.mx,
            zone.listing,
            key,
        ),
        dkim=tuple(
            KeyPlan(
                settings=one,
                record=plan_key(
                    dkim.record_name(one.selector, domain.name),
                    zone.listing,
                    f"{key}.dkim[{index}].selector",
                    may_replace=allowed,
                ),
                protected=one.is_kept(allowed=allowed),
            )
            for index, one in enumerate(domain.dkim)
        ),
        gate=gate,
    )


def _gate(domain: Domain) -> GateDomain:
    return GateDomain(
        addresses=domain.addresses(),
        send_as=domain.send_as,
        limits=domain.limits,
        organisation=domain.dns_zone if domain.dns_zone != domain.name else None,
    )


def _spf(domain: Domain, host: Host, listing: Listing, key: str) -> RecordPlan:
    includes = [publish.record_name(host.domain), *domain.spf.include]
    sender = Sender(
        host_include=includes[0],
        all_includes=includes,
        name=host.name,
        addresses=[host.ipv4, *([host.ipv6.address] if host.ipv6 else [])],
    )
    rrset = RRset(
        kind="spf",
        wanted=_text(domain.name, publish.domain_record(includes, domain.spf.all)),
        choice=domain.existing.spf,
        listing=listing,
        key=key,
    )
    return plan_spf(rrset, sender)


def _dmarc(domain: Domain, listing: Listing, key: str) -> RecordPlan:
    record = dmarc.record(domain.dmarc.policy_to_publish())
    rrset = RRset(
        kind="dmarc",
        wanted=_text(dmarc.record_name(domain.name), record),
        choice=domain.existing.dmarc,
        listing=listing,
        key=key,
    )
    return plan_dmarc(rrset)


def _address(name: str, kind: str, value: str, listing: Listing) -> RecordPlan:
    wanted = ZoneRecord(name=name, type=kind, content=value)
    return plan_record(wanted, "address", listing, f"host.{'ipv4' if kind == 'A' else 'ipv6'}")


def _text(name: str, value: str) -> ZoneRecord:
    return ZoneRecord(name=name, type="TXT", content=txt.quote(value))


def _exchangers(domain: Domain, host: Host) -> Sequence[ZoneRecord]:
    if domain.mx == "keep":
        return []
    named = (
        {host.name: MX_PRIORITY}
        if domain.mx == "host"
        else {exchanger.host: exchanger.priority for exchanger in domain.mx}
    )
    return [
        ZoneRecord(name=domain.name, type="MX", content=target, priority=priority)
        for target, priority in named.items()
    ]
