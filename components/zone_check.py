"""Looks at what the stack's zones hold, and says what of it ours would contradict.

The zones are looked up at once, not as Outputs: which resources there
are depends on what is found.
"""

import re
from collections.abc import Iterator

import pulumi

from components import dns, places
from components.configuration import Stack
from components.dns import LookUpError, Zone
from components.own_state import OwnState
from mail.finding import Finding
from mail.zone_record import Listing, seen_by

UNREACHABLE = "zone-unreachable"
_SAID = re.compile(r'"message":\s*"([^"]+)"')
_REFUSED = re.compile(r"\b40[013] |API tokens must be|[Mm]issing.*credential")
CURE = (
    "make one for this zone with Zone:Read and DNS:Edit, then: "
    "pulumi config set --secret cloudflare:apiToken"
)


def look(stack: Stack, state: OwnState) -> tuple[dict[str, Zone], list[Finding]]:
    """Return the zones that ``stack`` needs, with what they hold, and what is wrong with that.

    A zone that cannot be looked at is not among them, but a finding: `UNREACHABLE`.
    """
    keys = dict(_needed(stack))
    zones: dict[str, Zone] = {}
    problems: list[Finding] = []
    for name, key in keys.items():
        try:
            zones[name] = _read(name, state)
        except LookUpError as error:
            problems.append(_no_zone(name, key, str(error)))
    problems += _problems(stack, zones)
    return zones, problems


def _needed(stack: Stack) -> Iterator[tuple[str, str]]:
    """Yield each zone, and the setting that names it; the last word on a zone counts."""
    if stack.settings.host is not None:
        yield stack.settings.host_zone(stack.host), "host.zone"
    for index, domain in enumerate(stack.settings.domains):
        yield domain.dns_zone, f"domains[{index}].{'zone' if domain.zone else 'name'}"


def _read(name: str, state: OwnState) -> Zone:
    zone_id = dns.find_zone(name)
    stack = pulumi.get_stack()
    records = [
        seen_by(stack, record, state.comment_of(zone_id, record, listed))
        for record, listed in dns.list_records(zone_id)
    ]
    listing = Listing(zone=name, stack=stack, records=records, memory=state.memory(zone_id))
    return Zone(name=name, id=zone_id, listing=listing)


def _problems(stack: Stack, zones: dict[str, Zone]) -> Iterator[Finding]:
    host_zone = zones.get(stack.settings.host_zone(stack.host))
    if stack.settings.host is not None and host_zone is not None:
        yield from places.problems_of_host(stack.host, host_zone.listing)
    for index, domain in enumerate(stack.settings.domains):
        zone = zones.get(domain.dns_zone)
        if zone is not None:
            place = f"domains[{index}]"
            yield from places.problems_of_domain(domain, stack.host, zone.listing, place)


def _no_zone(name: str, key: str, answer: str) -> Finding:
    said = "; ".join(dict.fromkeys(_SAID.findall(answer))) or answer.strip().splitlines()[0]
    if "exactly one result" in answer:
        reason = f"the API token opens no zone called {name}"
        cure = f"add {name} to Cloudflare, name the zone it lies in (zone: …), or, for the token, "
        cure += CURE
    elif _REFUSED.search(answer):
        reason, cure = f"Cloudflare refuses the API token for {name}: {said}", CURE
    else:
        reason = f"the zone {name} cannot be looked at: {said}"
        cure = "try again; www.cloudflarestatus.com tells of outages"
    source = "docs/cloudflare.md"
    return Finding(id=UNREACHABLE, key=key, reason=reason, cure=cure, source=source)
