"""Looks at everything before anything is declared: one look, one message, one `Plan`.

The stack's own state, its zones, the DNS, and a server that is new. Its configuration is free of
errors by then.
"""

import datetime as dt
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace

from components import load
from components.host import host_stack
from components.load import Stack
from components.plan import Plan
from components.preflight import (
    assets,
    dns_checks,
    own_state,
    planning,
    remembered,
    server,
    zones,
)
from components.preflight.own_state import OwnState
from components.refusal import refuse
from mail import finding
from mail.finding import Finding
from mail.resolve import Resolve
from mail.zone import deletions
from settings.shown import named


def look(stack: Stack) -> Plan:
    """Return what a run of ``stack`` is going to do.

    Raises:
        Refusal: something speaks against the run; the message lists everything, with cures.
    """
    with ThreadPoolExecutor() as pool:
        resolver = pool.submit(dns_checks.resolver)
        state = own_state.read()
        seen = pool.submit(_server, stack, state, resolver)
        found, unreachable = zones.look(stack, state)
        plan = _with_losses(planning.plan(stack, found), state)
        problems = [*unreachable, *_findings(plan)]
        problems += deletions.check(plan.losses, stack.settings.allow)
        if stack.settings.host_stack:
            problems += host_stack.moved(stack.host, state.resources)
        problems += dns_checks.check(plan, resolver.result())
        problems += remembered.check(stack.settings.domains, state, dt.datetime.now(dt.UTC))
        problems = [*seen.result(), *problems]
    errors = finding.errors(problems)
    if errors:
        refuse(finding.refusal(named(errors, stack.settings.domains), "the plan has"))
    load.warn(problems, stack.settings)
    return plan


def _server(stack: Stack, state: OwnState, resolver: Future[Resolve]) -> list[Finding]:
    if not server.is_first_run(stack.settings, state.resources):
        return []
    return server.check(stack, resolver.result())


def _with_losses(plan: Plan, state: OwnState) -> Plan:
    if not all(zone.id for zone in plan.zones):
        return plan  # a record that cannot be seen is not lost
    losses = deletions.losses(assets.in_state(state.resources), assets.in_plan(plan))
    return replace(plan, losses=losses)


def _findings(plan: Plan) -> list[Finding]:
    """Return what the zones that could be looked at hold against the plan's records."""
    found: list[Finding] = []
    if plan.host and plan.host.zone.id:
        found += [one for record in plan.host.records.values() for one in record.findings]
        found += plan.host.findings
    for domain in plan.domains:
        if domain.zone.id:
            records = [*domain.records, *(key.record for key in domain.dkim)]
            found += [one for record in records for one in record.findings]
    return found
