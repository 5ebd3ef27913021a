"""How far a run is: by group, and in a pipe without anything that moves."""

from typing import Any

import pytest

from tools.changes import plan
from tools.changes.plan import Plan
from tools.engine.progress import Progress, seconds


def urn(component: str, kind: str, name: str) -> str:
    return f"urn:pulumi:s::tapal::{component}${kind}::{name}"


FILE = urn("tapal:host:Host", "pulumi-python:dynamic/tapal:HostFile", "file: /a")
START = urn("tapal:chasquid:MailService", "pulumi-python:dynamic/tapal:HostStep", "chasquid: start")


def event(key: str, of: str) -> dict[str, Any]:
    new = {"type": "x", "custom": True, "inputs": {}}
    return {key: {"metadata": {"op": "create", "urn": of, "new": new}}}


def proposed() -> Plan:
    return plan.read_events([event("resourcePreEvent", one) for one in (FILE, START)])


def test_a_pipe_has_a_line_for_each_group_as_it_ends(capsys: pytest.CaptureFixture[str]) -> None:
    progress = Progress("bringing it up", proposed())
    with progress.shown():
        progress.hear(event("resourcePreEvent", FILE))
        assert capsys.readouterr().out == ""
        progress.hear(event("resOutputsEvent", FILE))
        assert capsys.readouterr().out.split() == ["✓", "Server", "1", "of", "1", "0", "s"]
        progress.hear(event("resourcePreEvent", START))
        progress.hear(event("resOpFailedEvent", START))
    said = capsys.readouterr()
    assert said.out.split()[:5] == ["✗", "Mail", "0", "of", "1"]
    assert said.err == ""


def test_a_preview_has_no_groups(capsys: pytest.CaptureFixture[str]) -> None:
    progress = Progress("looking")
    with progress.shown():
        progress.hear(event("resourcePreEvent", FILE))
        progress.hear({"summaryEvent": {}})
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(("number", "words"), [(0.4, "0 s"), (59.4, "59 s"), (132, "2 min 12 s")])
def test_a_time_is_said_as_people_do(number: float, words: str) -> None:
    assert seconds(number) == words
