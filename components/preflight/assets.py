"""What a stack holds by its state, and what it will hold by its plan: the guard's two sides.

What is compared is what exists, in a preview as in an update (``--skip-preview`` too), before
anything is declared: docs/decisions/0009-plan-guard.md says why.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from components.dns.cloudflare_plugin import RECORD_TYPE
from components.plan import DomainPlan, Plan
from mail import dmarc
from mail.zone import owner
from mail.zone.assets import KeyAsset, MailAssets, MailRecord, What
from mail.zone.existing import RecordPlan

KEY_TYPE = "pulumi-python:dynamic/tapal:DkimKey"
KEYS_TYPE = "tapal:dns:DkimKeys"
DOMAIN_TYPE = "tapal:dns:DomainRecords"
HOST_TYPE = "tapal:dns:HostRecords"

_DMARC = dmarc.record_name("")

Resources = Mapping[str, Mapping[str, Any]]
"""By URN: the ``type`` and ``outputs`` of each resource of a state."""


def in_plan(plan: Plan) -> tuple[MailAssets, ...]:
    """Return what the stack will hold."""
    domains = tuple(map(_planned, plan.domains))
    if plan.host is None:
        return domains
    records = frozenset(_records(plan.host.zone.id, tuple(plan.host.records.values())))
    return (MailAssets(what="host", name=plan.host.settings.name, records=records), *domains)


def _planned(domain: DomainPlan) -> MailAssets:
    return MailAssets(
        what="domain",
        name=domain.settings.name,
        records=frozenset(_records(domain.zone.id, domain.records)),
        keys=tuple(
            KeyAsset(
                selector=key.settings.selector,
                algorithm=key.settings.algorithm,
                state=key.settings.state,
                protected=key.protected,
            )
            for key in domain.dkim
        ),
    )


def _records(zone_id: str, plans: tuple[RecordPlan, ...]) -> Iterator[MailRecord]:
    """Yield what is published, and what goes but is not lost."""
    for plan in plans:
        for one in (*(planned.wanted for planned in plan.records), *plan.given_back):
            yield _record(zone_id, one.name, one.type, one.content)


def in_state(resources: Resources) -> tuple[MailAssets, ...]:
    """Return what a stack's own state holds.

    A record that was there before us, and stays when ours go, is not ours to lose: its comment
    tells (`mail.zone.owner`). The name in it may be one that the stack had before it was renamed.
    """
    records: dict[tuple[What, str], set[MailRecord]] = {}
    keys: dict[tuple[What, str], list[KeyAsset]] = {}
    known = dict(_key_notes(resources))
    for urn, resource in resources.items():
        outputs = resource.get("outputs") or {}
        holder = _holder(urn, str(outputs.get("name")))
        if resource.get("type") == KEY_TYPE:
            domain = str(outputs.get("domain"))
            found = _key(outputs, known.get(domain, {}))
            keys.setdefault(("domain", domain), []).append(found)
        elif holder and owner.stack_of(str(outputs.get("comment") or "")):
            records.setdefault(holder, set()).add(
                _record(*(str(outputs.get(key)) for key in ("zoneId", "name", "type", "content")))
            )
    return tuple(
        MailAssets(
            what=holder[0],
            name=holder[1],
            records=frozenset(records.get(holder, ())),
            keys=tuple(sorted(keys.get(holder, ()), key=lambda key: key.selector)),
        )
        for holder in sorted({*records, *keys}, key=lambda one: (one[0] != "host", one[1]))
    )


def _holder(urn: str, name: str) -> tuple[What, str] | None:
    """Return what a record belongs to; None for a DKIM key's record and for other resources."""
    if f"{HOST_TYPE}${RECORD_TYPE}::" in urn:
        return ("host", "")
    if f"{DOMAIN_TYPE}${RECORD_TYPE}::" in urn:
        return ("domain", name.removeprefix(_DMARC))
    return None


def _key_notes(resources: Resources) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield each domain, and what its keys' component says of them, by selector."""
    for resource in resources.values():
        outputs = resource.get("outputs") or {}
        if resource.get("type") == KEYS_TYPE and "keys" in outputs:
            yield outputs["domain"], {one["selector"]: one for one in outputs["keys"]}


def _key(outputs: Mapping[str, Any], said: Mapping[str, Any]) -> KeyAsset:
    selector = str(outputs.get("selector"))
    # A key that the component says nothing about has the default state.
    notes = said.get(selector, {"state": "active", "protected": True})
    return KeyAsset(
        selector=selector,
        algorithm=str(outputs.get("algorithm")),
        state=notes["state"],
        protected=notes["protected"],
    )


def _record(zone_id: str, name: str, kind: str, content: str) -> MailRecord:
    detail = content.lower().removesuffix(".") if kind == "MX" else ""
    if kind == "TXT":
        detail = "DMARC" if name.startswith(_DMARC) else "SPF"
    return MailRecord(zone=zone_id, name=name, type=kind, detail=detail)
