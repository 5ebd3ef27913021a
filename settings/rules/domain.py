"""Holds what a stack says of a mail domain against the rules of mail."""

from collections.abc import Iterator
from dataclasses import replace

from mail import address, dkim, dmarc, exchanger
from mail.finding import Finding
from mail.spf import include, publish
from settings.settings import Dmarc, Domain, Host, Spf
from settings.stack_file import SOURCE


def check(domain: Domain, host: Host | None, key: str) -> list[Finding]:
    """Return what is wrong with ``domain``, which sends from ``host`` if that is known."""
    bad_name = address.check_domain(domain.name, f"{key}.name")
    findings = bad_name or [*_zone(domain, key), *_host(domain, host, key)]
    findings += _spf(domain, host, f"{key}.spf")
    said = dmarc.check(domain.dmarc.policy_to_publish(), domain.name, f"{key}.dmarc")
    # Which report addresses lie outside cannot be told of a name that is none.
    findings += [one for one in said if not (bad_name and one.id == "dmarc-report-consent")]
    keys = [(item.selector, item.algorithm, item.state) for item in domain.dkim]
    findings += dkim.check_keys(keys, f"{key}.dkim")
    findings += [] if bad_name else _long_names(domain, key)
    if not isinstance(domain.mx, str):
        names = [one.host for one in domain.mx]
        findings += exchanger.check(names, host.name if host else None, f"{key}.mx")
    return [*findings, *_choices(domain, key)]


def _zone(domain: Domain, key: str) -> Iterator[Finding]:
    if domain.zone is not None:
        yield from check_zone(domain.name, domain.zone, f"{key}.zone", f"{key}.name")


def check_zone(name: str, zone: str, key: str, name_key: str) -> list[Finding]:
    """Return what keeps ``zone`` from being where the records of ``name`` go."""
    problems = address.check_domain(zone, key)
    if not problems and not address.is_below(name, zone):
        reason = f"{name} does not lie in {zone}"
        cure = "name the zone at the DNS provider that holds it, or leave it out"
        found = _finding("zone-outside", key, reason, cure, "RFC 1034 §4.2")
        problems.append(replace(found, rests_on=(name_key,)))
    return problems


def _host(domain: Domain, host: Host | None, key: str) -> Iterator[Finding]:
    if host is not None and host.name == domain.name and "." in host.domain:
        reason = f"{domain.name} is the server's own name, and one name holds one SPF record"
        cure = "write the domain that the mail comes from, or give the server another name"
        found = _finding("domain-is-host", f"{key}.name", reason, cure, "RFC 7208 §4.5")
        yield replace(found, rests_on=("host.name",))


def _spf(domain: Domain, host: Host | None, key: str) -> list[Finding]:
    own = publish.record_name(host.domain) if host is not None else None
    return include.check(domain.spf.include, domain.name, own, f"{key}.include")


def _long_names(domain: Domain, key: str) -> Iterator[Finding]:
    places = {
        f"{key}.dkim[{index}].selector": dkim.record_name(one.selector, domain.name)
        for index, one in enumerate(domain.dkim)
        if not dkim.check_selector(one.selector, "")
    }
    policy_name = dmarc.record_name(domain.name)
    if len(policy_name) > address.LONGEST_NAME:
        places = {f"{key}.name": policy_name}
    for place, name in places.items():
        if len(name) > address.LONGEST_NAME:
            reason = f"its record would be at a name of {len(name)} characters"
            cure = f"choose a shorter one: a name has {address.LONGEST_NAME} at most"
            yield _finding("record-name-long", place, reason, cure, "RFC 1035 §2.3.4")


def _choices(domain: Domain, key: str) -> Iterator[Finding]:
    """Yield the choices about existing records that contradict, or undo, other settings."""
    place = f"{key}.existing"
    if domain.mx == "keep" and domain.existing.mx == "replace":
        reason = "mx: keep leaves the MX as it is"
        cure = f"write {key}.mx: host to have mail come to the server, or leave existing.mx out"
        found = _finding("existing-contradiction", f"{place}.mx", reason, cure, SOURCE)
        yield replace(found, rests_on=(f"{key}.mx",))
    kept = {
        "spf": domain.existing.spf == "keep" and domain.spf != Spf(),
        "dmarc": domain.existing.dmarc == "keep" and domain.dmarc != Dmarc(),
    }
    for what in (name for name, without_effect in kept.items() if without_effect):
        reason = f"where the zone holds such a record, what stands under {what} has no effect"
        choice = "merge" if what == "spf" else "replace"
        cure = f"write {place}.{what}: {choice}, or leave {what} out"
        found = _finding("existing-no-effect", f"{place}.{what}", reason, cure, SOURCE)
        yield replace(found, level="warning", rests_on=(f"{key}.{what}",))


def _finding(rule: str, key: str, reason: str, cure: str, source: str) -> Finding:
    return Finding(id=rule, key=key, reason=reason, cure=cure, source=source)
