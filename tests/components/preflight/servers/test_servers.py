"""Each server is judged with exactly the words beside it, and every rule has its case."""

from pathlib import Path

import pytest

from facts import survey
from mail.finding import errors
from settings import registry
from settings.rules import server as rules
from tests.components.preflight.servers.table import CASES, expected, findings, said

# How it is dialled: tests/components/preflight/test_server.py.
OF_THE_DIAL = {"server-silent", "server-login", "server-host-key", "server-unreadable"}
REFUSED = [case for case in CASES if errors(findings(case))]


def name(path: Path) -> str:
    return path.stem


def test_there_are_enough() -> None:
    assert len(REFUSED) >= 20
    texts = {path.with_suffix(".survey") for path in CASES[0].parent.glob("*.txt")}
    assert texts == set(CASES)


@pytest.mark.parametrize("case", CASES, ids=name)
def test_exactly_that_is_said(case: Path) -> None:
    assert said(case) == expected(case).read_text(encoding="utf-8")


@pytest.mark.parametrize("case", [case for case in CASES if "clean" in case.stem], ids=name)
def test_nothing_is_said_of_a_good_server(case: Path) -> None:
    assert findings(case) == []


@pytest.mark.parametrize("case", CASES, ids=name)
def test_every_finding_is_whole(case: Path) -> None:
    for one in findings(case):
        assert one.key, one
        assert "\n" not in one.key + one.reason + one.cure, one
        assert not one.reason.endswith("."), one


def test_every_rule_has_its_case() -> None:
    shown = {one.id for case in CASES for one in findings(case)}
    assert shown == {rule.id for rule in registry.in_module(rules)} - OF_THE_DIAL


def test_all_is_said_at_once() -> None:
    [case] = [path for path in CASES if path.stem.endswith("everything-at-once")]
    assert len(errors(findings(case))) == 9


@pytest.mark.parametrize("case", CASES, ids=name)
def test_a_recording_can_be_read(case: Path) -> None:
    found = survey.parse(case.read_text(encoding="utf-8"))
    assert found.memory > 0
    assert any(one.port == 22 for one in found.listeners)
