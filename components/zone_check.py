"""Looks at what the stack's zones hold, and refuses what ours would contradict: all of it at once.

Nothing is declared before. The zones are looked up at once, not as Outputs: which resources there
are depends on what is found.
"""

import re
from collections.abc import Iterator

import pulumi

from components import configuration, dns, own_state, places
from components.configuration import Stack
from components.dns import LookUpError, Zone, Zones
from components.own_state import OwnState
from mail import finding
from mail.finding import Finding
from mail.zone_record import Listing, seen_by

_SAID = re.compile(r'"message":\s*"([^"]+)"')
_REFUSED = re.compile(r"\b40[013] |API tokens must be|[Mm]issing.*credential")
CURE = (
    "make one for this zone with Zone:Read and DNS:Edit, then: "
    "pulumi config set --secret cloudflare:apiToken"
)


def look(stack: Stack) -> Zones:
    """Return the zones that ``stack`` needs, with what they hold.

    Raises:
        pulumi.RunError: a zone cannot be looked at, or holds what ours would contradict; the
            message lists everything, with cures.
    """
    keys = dict(_needed(stack))
    state = own_state.read()
    zones: dict[str, Zone] = {}
    problems: list[Finding] = []
    for name, key in keys.items():
        try:
            zones[name] = _read(name, state)
        except LookUpError as error:
            problems.append(_no_zone(name, key, str(error)))
    problems += _problems(stack, zones)
    errors = finding.errors(problems)
    if errors:
        subject = "what the stack's zones hold has"
        raise pulumi.RunError(configuration.refusal(errors, subject))
    configuration.advise(problems)
    return Zones(zones)


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
    return Finding(id="zone-unreachable", key=key, reason=reason, cure=cure, source=source)
