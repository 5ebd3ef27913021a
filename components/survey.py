"""Looks at what is there before anything is declared, and says at once what speaks against a run.

The stack's zones, the DNS, and what its own state would lose. Its configuration is free of errors.
"""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

import pulumi

from components import configuration, guard, host_stack, live, own_state, places, zone_check
from components.configuration import Stack
from components.dns import Zone
from mail import finding
from mail.zone_record import Listing


def look(stack: Stack) -> Mapping[str, Zone]:
    """Return the zones that ``stack`` needs, with what they hold.

    Raises:
        pulumi.RunError: something speaks against the run; the message lists everything, with
            cures.
    """
    with ThreadPoolExecutor() as pool:
        resolver = pool.submit(live.resolver)
        state = own_state.read()
        zones, problems = zone_check.look(stack, state)
    if not any(one.id == zone_check.UNREACHABLE for one in problems):
        problems += guard.check(stack, zones, state.resources)
    if stack.settings.host_stack:
        problems += host_stack.moved(stack.host, state.resources)
    records = _spf_records(stack, zones)
    problems += live.check(stack.settings, stack.host, records, resolver.result())
    errors = finding.errors(problems)
    if errors:
        raise pulumi.RunError(configuration.refusal(errors, "the plan has"))
    configuration.advise(problems)
    return zones


def _spf_records(stack: Stack, zones: Mapping[str, Zone]) -> dict[str, str]:
    """Return the SPF record that each domain is going to have, where it has one of ours."""
    records: dict[str, str] = {}
    for domain in stack.settings.domains:
        known = zones.get(domain.dns_zone)
        listing = known.listing if known else Listing(zone=domain.dns_zone, stack="")
        for decision in places.of_domain(domain, stack.host, listing)["spf"].decisions:
            records[domain.name] = decision.wanted.value
    return records
