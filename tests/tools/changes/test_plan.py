"""The engine's log of events gives the same plan as `pulumi preview --json`."""

import json
from typing import Any

from tools.changes import plan
from tools.changes.plan import UNKNOWN, UNSEEN

FILE = "pulumi-python:dynamic/tapal:HostFile"
URN = f"urn:pulumi:s::tapal::tapal:host:Host${FILE}::file: /etc/a:b"


def state(kind: str, **inputs: object) -> dict[str, Any]:
    return {"type": kind, "custom": True, "inputs": {"__provider": "x", **inputs}}


def pre(op: str, urn: str, old: object = None, new: object = None) -> dict[str, Any]:
    return {"resourcePreEvent": {"metadata": {"op": op, "urn": urn, "old": old, "new": new}}}


def said(severity: str, message: str, urn: str = "") -> dict[str, Any]:
    return {"diagnosticEvent": {"severity": severity, "message": message, "urn": urn}}


EVENTS = [
    pre("refresh", URN, state(FILE, content="a"), state(FILE, content="a")),
    pre("update", URN, state(FILE, content="a"), state(FILE, content=UNKNOWN)),
    # An event of a component leaves out that it is none of a provider's.
    pre(
        "create", "urn:pulumi:s::tapal::tapal:host:Host::server", None, {"type": "tapal:host:Host"}
    ),
    pre("create", "urn:pulumi:s::tapal::pulumi:providers:x::d", None, state("pulumi:providers:x")),
    said("warning", "mind\n"),
    said("warning", "mind\n"),
    said("debug", "noise"),
    said("error", "HostFileError: the host said no\n", URN),
    said("error", "Preview failed: HostFileError: the host said no\n", URN + "c"),
    said("error", "update failed", "urn:pulumi:s::tapal::pulumi:pulumi:Stack::tapal-s"),
    {"summaryEvent": {"resourceChanges": {"same": 7, "update": 1}}},
]


def test_events_are_read_as_a_plan() -> None:
    told = plan.read_events(EVENTS)
    (step,) = told.steps
    assert (step.kind, step.type, step.name) == ("update", FILE, "file: /etc/a:b")
    assert (step.parent, step.urn) == ("tapal:host:Host", URN)
    assert (step.old, step.new) == ({"content": "a"}, {"content": UNSEEN})
    assert told.unchanged == 7
    assert told.warnings == ("mind",)
    assert told.errors == ("file: /etc/a:b: the host said no",)


def test_they_say_what_json_says() -> None:
    steps = [plan.step_of(one["resourcePreEvent"]) for one in EVENTS if "resourcePreEvent" in one]
    told = [one["diagnosticEvent"] for one in EVENTS if "diagnosticEvent" in one]
    printed = {"steps": steps, "diagnostics": told, "changeSummary": {"same": 7}}
    assert plan.read(json.dumps(printed)) == plan.read_events(EVENTS)


def test_a_failure_without_a_reason_is_told() -> None:
    assert plan.read_events([said("error", "update failed")]).errors == ("update failed",)


def test_nothing_told_is_nothing_to_do() -> None:
    assert plan.read_events([]).steps == ()
