"""What a stack holds by its state, and what it will hold by its plan: the guard's two sides."""

from collections.abc import Iterator, Mapping
from typing import Any

from components import places
from components.configuration import Stack
from components.dns import RECORD_TYPE, Zone
from components.settings import Domain
from mail import dmarc, owner
from mail.existing import Outcome
from mail.inventory import Holding, Inventory, Key, Record, What
from mail.zone_record import Kind

KEY_TYPE = "pulumi-python:dynamic/tapal:DkimKey"
KEYS_TYPE = "tapal:mail:DkimKeys"
DOMAIN_TYPE = "tapal:dns:DomainRecords"
HOST_TYPE = "tapal:dns:HostRecords"

_DMARC = dmarc.record_name("")

Resources = Mapping[str, Mapping[str, Any]]
"""By URN: the ``type`` and ``outputs`` of each resource of a state."""


def in_plan(stack: Stack, zones: Mapping[str, Zone]) -> Inventory:
    """Return what ``stack`` will hold, in zones as they are now."""
    domains = tuple(_planned(domain, stack, zones) for domain in stack.settings.domains)
    if stack.settings.host is None:
        return domains
    zone = zones[stack.settings.host_zone(stack.host)]
    outcomes = places.of_host(stack.host, zone.listing)
    records = frozenset(_wanted(zone.id, outcomes))
    return (Holding(what="host", name=stack.host.name, records=records), *domains)


def _planned(domain: Domain, stack: Stack, zones: Mapping[str, Zone]) -> Holding:
    zone = zones[domain.dns_zone]
    outcomes = places.of_domain(domain, stack.host, zone.listing)
    allowed = "dkim-keys" in stack.settings.allow
    keys = (
        Key(
            selector=key.selector,
            algorithm=key.algorithm,
            state=key.state,
            protected=key.is_kept(allowed=allowed),
        )
        for key in domain.dkim
    )
    records = frozenset([*_wanted(zone.id, outcomes), *_given_back(domain, zone)])
    return Holding(what="domain", name=domain.name, records=records, keys=tuple(keys))


def _given_back(domain: Domain, zone: Zone) -> Iterator[Record]:
    """Yield records of ours whose place goes back, as the stack says, to what was there before.

    They go, and nothing is lost.
    """
    choices: dict[Kind, tuple[str, str | None]] = {
        "spf": (domain.name, domain.existing.spf),
        "dmarc": (dmarc.record_name(domain.name), domain.existing.dmarc),
        "mx": (domain.name, "keep" if domain.mx == "keep" else domain.existing.mx),
    }
    for kind, (name, choice) in choices.items():
        if choice == "keep" and zone.listing.remembered(name, kind):
            for one in zone.listing.of_kind(name, kind):
                yield _record(zone.id, one.name, one.type, one.content)


def _wanted(zone_id: str, outcomes: Mapping[str, Outcome]) -> Iterator[Record]:
    for outcome in outcomes.values():
        for decision in outcome.decisions:
            wanted = decision.wanted
            yield _record(zone_id, wanted.name, wanted.type, wanted.content)


def in_state(resources: Resources) -> Inventory:
    """Return what a stack's own state holds.

    A record that was there before us, and stays when ours go, is not ours to lose: its comment
    tells (`mail.owner`). The name in it may be one that the stack had before it was renamed.
    """
    records: dict[tuple[What, str], set[Record]] = {}
    keys: dict[tuple[What, str], list[Key]] = {}
    known = dict(_said(resources))
    for urn, resource in resources.items():
        outputs = resource.get("outputs") or {}
        place = _place(urn, str(outputs.get("name")))
        if resource.get("type") == KEY_TYPE:
            domain = str(outputs.get("domain"))
            found = _key(outputs, known.get(domain, {}))
            keys.setdefault(("domain", domain), []).append(found)
        elif place and owner.stack_of(str(outputs.get("comment") or "")):
            records.setdefault(place, set()).add(
                _record(*(str(outputs.get(key)) for key in ("zoneId", "name", "type", "content")))
            )
    return tuple(
        Holding(
            what=place[0],
            name=place[1],
            records=frozenset(records.get(place, ())),
            keys=tuple(sorted(keys.get(place, ()), key=lambda key: key.selector)),
        )
        for place in sorted({*records, *keys}, key=lambda one: (one[0] != "host", one[1]))
    )


def _place(urn: str, name: str) -> tuple[What, str] | None:
    """Return what a record belongs to; None for one of a DKIM key, or no record at all."""
    if f"{HOST_TYPE}${RECORD_TYPE}::" in urn:
        return ("host", "")
    if f"{DOMAIN_TYPE}${RECORD_TYPE}::" in urn:
        return ("domain", name.removeprefix(_DMARC))
    return None


def _said(resources: Resources) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield each domain, and what its keys' component says of them, by selector."""
    for resource in resources.values():
        outputs = resource.get("outputs") or {}
        if resource.get("type") == KEYS_TYPE and "keys" in outputs:
            yield outputs["domain"], {one["selector"]: one for one in outputs["keys"]}


def _key(outputs: Mapping[str, Any], said: Mapping[str, Any]) -> Key:
    selector = str(outputs.get("selector"))
    # Without a word about it, a key is what it is by default.
    notes = said.get(selector, {"state": "active", "protected": True})
    return Key(
        selector=selector,
        algorithm=str(outputs.get("algorithm")),
        state=notes["state"],
        protected=notes["protected"],
    )


def _record(zone_id: str, name: str, kind: str, content: str) -> Record:
    detail = content.lower().removesuffix(".") if kind == "MX" else ""
    if kind == "TXT":
        detail = "DMARC" if name.startswith(_DMARC) else "SPF"
    return Record(zone=zone_id, name=name, type=kind, detail=detail)
