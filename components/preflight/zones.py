"""Looks at what the stack's zones hold.

The zones are looked up at once and all together, not as Outputs: which resources there are depends
on what is found.
"""

import re
from collections.abc import Iterator, Mapping

import pulumi

from components.dns import cloudflare_plugin
from components.dns.cloudflare_plugin import LookUpError
from components.load import Stack
from components.plan import Zone
from components.preflight.own_state import OwnState
from mail.finding import Finding
from mail.zone.record import Listing, seen_by
from settings.rules.run import ZONE_UNREACHABLE

_SAID = re.compile(r'"message":\s*"([^"]+)"')
_HOST = re.compile(r'"https?://([^/:"]+)')
# Go names the server if it asked by itself; the C library's own words differ by system.
_NO_NAME = re.compile(
    r"lookup [^\s:]+(?: on (?P<server>\S+?)(?::53)?)?: |[Nn]ame or service not known"
    r"|[Nn]ame resolution|nodename nor servname|No address associated with hostname"
)
_REFUSED = re.compile(r"\b40[013] |API tokens must be|[Mm]issing.*credential")


def look(stack: Stack, state: OwnState) -> tuple[Mapping[str, Zone], list[Finding]]:
    """Return the zones that ``stack`` needs, with what they hold.

    A zone that cannot be looked at has no id, seems empty, and is a finding.
    """
    needed = dict(_needed(stack))
    answers = cloudflare_plugin.together([_read(name, state) for name in needed])
    zones: dict[str, Zone] = {}
    problems: list[Finding] = []
    for (name, key), answer in zip(needed.items(), answers, strict=True):
        if isinstance(answer, LookUpError):
            empty = Listing(zone=name, stack=pulumi.get_stack())
            zones[name] = Zone(name=name, id="", listing=empty)
            problems.append(_unreachable(name, key, str(answer)))
        else:
            zones[name] = answer
    return zones, problems


def _needed(stack: Stack) -> Iterator[tuple[str, str]]:
    """Yield each zone, and the setting that names it; the last word on a zone counts."""
    if stack.settings.host is not None:
        yield stack.settings.host_zone(stack.host), "host.zone"
    for index, domain in enumerate(stack.settings.domains):
        yield domain.dns_zone, f"domains[{index}].{'zone' if domain.zone else 'name'}"


async def _read(name: str, state: OwnState) -> Zone:
    zone_id = await cloudflare_plugin.find_zone(name)
    stack = pulumi.get_stack()
    records = [
        seen_by(stack, record, state.comment_of(zone_id, record, listed))
        for record, listed in await cloudflare_plugin.list_records(zone_id)
    ]
    previous = state.previous_rrsets(zone_id)
    listing = Listing(zone=name, stack=stack, records=records, previous=previous, keys=state.keys())
    return Zone(name=name, id=zone_id, listing=listing)


def _unreachable(name: str, key: str, answer: str) -> Finding:
    said = "; ".join(dict.fromkeys(_SAID.findall(answer))) or answer.strip().splitlines()[0]
    cure = ZONE_UNREACHABLE.cure
    if "exactly one result" in answer:
        reason = f"the API token opens no zone called {name}"
        cure = f"add {name} to Cloudflare, name the zone it lies in (zone: …), or, for the token, "
        cure += ZONE_UNREACHABLE.cure
    elif _REFUSED.search(answer):
        reason = f"Cloudflare refuses the API token for {name}: {said}"
    elif unresolved := _NO_NAME.search(answer):
        reason, cure = _unresolved(name, answer, unresolved["server"])
    else:
        reason = f"the zone {name} cannot be looked at: {said}"
        cure = "try again; www.cloudflarestatus.com tells of outages"
    return ZONE_UNREACHABLE.found(key, reason=reason, cure=cure)


def _unresolved(zone: str, answer: str, server: str | None) -> tuple[str, str]:
    """Return the reason and the cure where nobody found the address of Cloudflare's API."""
    # Imported here: it costs some 0.1 s, which are spent for a failure alone.
    from mail.lookup import name_servers  # noqa: PLC0415

    found = _HOST.search(answer)
    api = found[1] if found else "api.cloudflare.com"
    asked = [server] if server else name_servers()
    by = f"its name server ({', '.join(asked)})" if asked else "its name server: it has none"
    reason = f"the zone {zone} cannot be looked at, since this machine did not find {api} by {by}"
    cure = (
        f"this is about this machine, not about Cloudflare: getent hosts {api} must print an "
        "address; if not, look at the network and at /etc/resolv.conf"
    )
    return reason, cure
