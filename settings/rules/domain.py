"""Checks what a stack says of a mail domain against the rules of mail."""

from collections.abc import Iterator

from mail import address, dkim, dmarc, dmarc_check, exchanger
from mail.finding import Finding
from mail.rule import Rule
from mail.spf import include, publish
from settings.settings import Dmarc, Domain, Host, Spf
from settings.stack_file import SOURCE

ZONE_OUTSIDE = Rule(
    id="zone-outside",
    source="RFC 1034 §4.2",
    why="A zone can only hold records of its own name and of names below it.",
    cure="name the zone at the DNS provider that holds it, or leave it out",
)
IS_HOST = Rule(
    id="domain-is-host",
    source="RFC 7208 §4.5",
    why="The server's own name has an SPF record already, and a name can have one.",
    cure="write the domain that the mail comes from, or give the server another name",
)
RECORD_NAME_LONG = Rule(
    id="record-name-long",
    source="RFC 1035 §2.3.4",
    why=f"A DNS name has {address.LONGEST_NAME} characters at most, and records of a domain lie "
    "below it.",
    cure=f"choose a shorter one: a name has {address.LONGEST_NAME} at most",
)
CONTRADICTION = Rule(
    id="existing-contradiction",
    source=SOURCE,
    why="A choice about records that exist must fit what the stack publishes.",
    cure="change one of the two settings",
)
NO_EFFECT = Rule(
    id="existing-no-effect",
    source=SOURCE,
    level="warning",
    why="Where an existing record is kept, what the stack says of such a record is not published.",
    cure="choose merge or replace, or leave the settings out",
)


def check(domain: Domain, host: Host | None, key: str) -> list[Finding]:
    """Return what is wrong with ``domain``, which sends from ``host`` if that is known."""
    bad_name = address.check_domain(domain.name, f"{key}.name")
    findings = bad_name or [*_zone(domain, key), *_host(domain, host, key)]
    findings += _spf(domain, host, f"{key}.spf")
    said = dmarc_check.check(domain.dmarc.policy_to_publish(), domain.name, f"{key}.dmarc")
    # Without a good name, nobody knows which report addresses lie outside the domain.
    findings += [one for one in said if not (bad_name and one.id == dmarc.CONSENT.id)]
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
        problems.append(ZONE_OUTSIDE.found(key, reason=reason, rests_on=(name_key,)))
    return problems


def _host(domain: Domain, host: Host | None, key: str) -> Iterator[Finding]:
    if host is not None and host.name == domain.name and "." in host.domain:
        reason = f"{domain.name} is the server's own name, and one name holds one SPF record"
        yield IS_HOST.found(f"{key}.name", reason=reason, rests_on=("host.name",))


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
            yield RECORD_NAME_LONG.found(place, reason=reason)


def _choices(domain: Domain, key: str) -> Iterator[Finding]:
    """Yield the choices about existing records that contradict, or undo, other settings."""
    place = f"{key}.existing"
    if domain.mx == "keep" and domain.existing.mx == "replace":
        reason = "mx: keep leaves the MX as it is"
        cure = f"write {key}.mx: host to have mail come to the server, or leave existing.mx out"
        rests_on = (f"{key}.mx",)
        yield CONTRADICTION.found(f"{place}.mx", reason=reason, cure=cure, rests_on=rests_on)
    kept = {
        "spf": domain.existing.spf == "keep" and domain.spf != Spf(),
        "dmarc": domain.existing.dmarc == "keep" and domain.dmarc != Dmarc(),
    }
    for what in (name for name, without_effect in kept.items() if without_effect):
        reason = f"where the zone holds such a record, what stands under {what} has no effect"
        choice = "merge" if what == "spf" else "replace"
        cure = f"write {place}.{what}: {choice}, or leave {what} out"
        rests_on = (f"{key}.{what}",)
        yield NO_EFFECT.found(f"{place}.{what}", reason=reason, cure=cure, rests_on=rests_on)
