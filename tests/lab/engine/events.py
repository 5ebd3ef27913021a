"""What the engine reports while it works (``--event-log``), read into small types."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Json = dict[str, Any]  # as the engine wrote it: the border of this module

STACK_TYPE = "pulumi:pulumi:Stack"
HIDDEN_TYPES = (STACK_TYPE, "pulumi:providers:")
SECRET = "[secret]"


@dataclass(frozen=True, kw_only=True)
class Resource:
    """One step on one resource, as the engine announced it."""

    op: str
    """``same``, ``create``, ``update``, ``delete``, ``create-replacement``, ``refresh``, …"""
    name: str
    type: str
    diff: tuple[str, ...]
    """The properties that differ, where the provider or the engine says so."""


@dataclass(frozen=True, kw_only=True)
class Said:
    """One logged message: ``info``, ``info#err`` (stderr), ``warning`` or ``error``."""

    severity: str
    name: str
    """The resource that said it; empty for the stack or the engine itself."""
    message: str


@dataclass(frozen=True, kw_only=True)
class Report:
    """All that the engine reported in one run, in order."""

    resources: tuple[Resource, ...] = ()
    said: tuple[Said, ...] = ()
    failed: tuple[str, ...] = ()
    """The names of resources whose operation failed."""
    outputs: dict[str, object] | None = None
    """The stack's outputs after the run, secrets as ``[secret]``; None if it did not get there."""


def read_report(log: Path) -> Report:
    """Read an event log; one that was never begun, as after a wrong flag, is an empty report."""
    if not log.exists():
        return Report()
    events = [json.loads(line) for line in log.read_text().splitlines()]
    announced = [_resource(one["resourcePreEvent"]) for one in events if "resourcePreEvent" in one]
    return Report(
        resources=tuple(one for one in announced if not one.type.startswith(HIDDEN_TYPES)),
        said=tuple(
            _said(one["diagnosticEvent"])
            for one in events
            if one.get("diagnosticEvent", {"severity": "debug"})["severity"] != "debug"
        ),
        failed=tuple(
            _name(one["resOpFailedEvent"]["metadata"]["urn"])
            for one in events
            if "resOpFailedEvent" in one
        ),
        outputs=_outputs(events),
    )


def _outputs(events: list[Json]) -> dict[str, object] | None:
    done = [one["resOutputsEvent"]["metadata"] for one in events if "resOutputsEvent" in one]
    stacks = [one for one in done if one["type"] == STACK_TYPE and one["op"] != "refresh"]
    if not stacks or not stacks[-1].get("new"):
        return None
    found = stacks[-1]["new"].get("outputs", {})
    return {name: _masked(value) for name, value in found.items()}


def _masked(value: object) -> object:
    return SECRET if isinstance(value, dict) and "ciphertext" in value else value


def _resource(event: Json) -> Resource:
    step = event["metadata"]
    differs = step.get("detailedDiff") or step.get("diffs") or ()
    return Resource(
        op=step["op"], name=_name(step["urn"]), type=step["type"], diff=tuple(sorted(differs))
    )


def _said(event: Json) -> Said:
    urn = event.get("urn", "")
    own = "" if STACK_TYPE in urn else _name(urn)
    return Said(severity=event["severity"], name=own, message=event["message"].rstrip("\n"))


def _name(urn: str) -> str:
    return urn.rpartition("::")[2]
