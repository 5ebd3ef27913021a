"""The places in the DNS that a stack's settings ask for, and what becomes of each.

Asked twice, with the same answer: before anything is declared, for what stops the run, and by the
components that declare the records.
"""

from collections.abc import Mapping

from components import rules
from components.settings import DkimKey, Domain, Host
from mail import dkim, dmarc, spf, txt
from mail.existing import Outcome, no_address, settle
from mail.existing_choice import Place, Sender, settle_dmarc, settle_spf
from mail.existing_mx import settle_mx
from mail.finding import Finding
from mail.zone_record import Listing, ZoneRecord

MX_PRIORITY = 10


def of_host(host: Host, listing: Listing) -> Mapping[str, Outcome]:
    """Return what becomes of a host's records: ``a``, ``aaaa``, ``helo-spf``, ``spf``."""
    found = {"a": _address(host.name, "A", host.ipv4, listing)}
    if host.ipv6:
        found["aaaa"] = _address(host.name, "AAAA", host.ipv6.address, listing)
    texts = {
        "helo-spf": (host.name, spf.helo_record()),
        "spf": (spf.record_name(host.domain), spf.host_record(host.name)),
    }
    for what, (name, value) in texts.items():
        found[what] = settle(_text(name, value), "spf", listing, "host.name")
    return found


def of_key(domain: str, key: DkimKey, listing: Listing, place: str = "dkim") -> Outcome:
    """Return what becomes of a DKIM key's record, whose content is known only later."""
    name = dkim.record_name(key.selector, domain)
    wanted = ZoneRecord(name=name, type="TXT", content="")
    return settle(wanted, "dkim", listing, f"{place}.selector")


def of_domain(
    domain: Domain, host: Host, listing: Listing, place: str = "domain"
) -> Mapping[str, Outcome]:
    """Return what becomes of a domain's ``spf``, ``dmarc`` and ``mx``.

    Args:
        domain: the domain.
        host: what it sends from.
        listing: its zone.
        place: where it stands in the stack's file, such as ``domains[0]``.
    """
    includes = [spf.record_name(host.domain), *domain.spf.include]
    sender = Sender(
        include=includes[0],
        includes=includes,
        name=host.name,
        addresses=[host.ipv4, *([host.ipv6.address] if host.ipv6 else [])],
    )
    own_spf = Place(
        kind="spf",
        wanted=_text(domain.name, spf.domain_record(includes, domain.spf.all)),
        choice=domain.existing.spf,
        listing=listing,
        key=place,
    )
    policy = dmarc.record(rules.policy(domain.dmarc))
    own_dmarc = Place(
        kind="dmarc",
        wanted=_text(dmarc.record_name(domain.name), policy),
        choice=domain.existing.dmarc,
        listing=listing,
        key=place,
    )
    exchangers = _exchangers(domain, host)
    return {
        "spf": settle_spf(own_spf, sender),
        "dmarc": settle_dmarc(own_dmarc),
        "mx": settle_mx(exchangers, domain.existing.mx, listing, place),
    }


def problems_of_host(host: Host, listing: Listing) -> list[Finding]:
    """Return what the zone holds against a host's records."""
    found = [one for outcome in of_host(host, listing).values() for one in outcome.findings]
    if host.ipv6 is None:
        found += no_address(host.name, "AAAA", listing, "host.ipv6")
    return found


def problems_of_domain(domain: Domain, host: Host, listing: Listing, place: str) -> list[Finding]:
    """Return what the zone holds against a domain's records, or what is worth knowing."""
    keys = [
        of_key(domain.name, key, listing, f"{place}.dkim[{index}]")
        for index, key in enumerate(domain.dkim)
    ]
    outcomes = [*of_domain(domain, host, listing, place).values(), *keys]
    return [one for outcome in outcomes for one in outcome.findings]


def _address(name: str, kind: str, value: str, listing: Listing) -> Outcome:
    wanted = ZoneRecord(name=name, type=kind, content=value)
    return settle(wanted, "address", listing, f"host.{'ipv4' if kind == 'A' else 'ipv6'}")


def _text(name: str, value: str) -> ZoneRecord:
    return ZoneRecord(name=name, type="TXT", content=txt.quote(value))


def _exchangers(domain: Domain, host: Host) -> list[ZoneRecord]:
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
