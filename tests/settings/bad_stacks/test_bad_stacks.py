"""Each bad stack is refused with exactly the words beside it, and every rule has its case."""

import importlib
from pathlib import Path

import pytest

from lab.paths import REPOSITORY
from mail.finding import errors
from settings import registry
from tests.settings.bad_stacks.table import CASES, WARNED, checked, expected, said

# Of records in the DNS, so no file of a stack alone brings them about.
OF_THE_DNS = {
    "dmarc-removed-tag",
    "dmarc-version",
    "mx-cname",
    "mx-no-address",
    "spf-ignored-term",
    "spf-include-broken",
    "spf-include-none",
    "spf-loop",
    "spf-many-mx",
    "spf-mechanism-as-modifier",
    "spf-no-all",
    "spf-ptr",
    "spf-syntax",
    "spf-too-many-void-lookups",
    "spf-two-records",
    "spf-weak-all",
}
# Whose rules are about something else than a stack's file: tests of their own bring them about.
OF_SOMETHING_ELSE = (
    "mail.message.submission",
    "mail.message.verdict",
    "mail.password",
    "mail.rdns",
    "mail.resolve",
    "mail.zone.deletions",
    "mail.zone.findings",
    "settings.credentials",
    "settings.given_passwords",
    "settings.recommendations",
    "settings.rules.new_stack",
    "settings.rules.other_stacks",
    "settings.rules.project",
    "settings.rules.run",
    "settings.rules.server",
    "settings.ssh_target",
)


def name(path: Path) -> str:
    return path.stem


def test_there_are_enough() -> None:
    assert len(CASES) >= 60
    texts = {path.with_suffix(".yaml") for path in CASES[0].parent.glob("*.txt")}
    assert texts == set(CASES)


@pytest.mark.parametrize("case", [*CASES, *WARNED], ids=name)
def test_exactly_that_is_said(case: Path) -> None:
    assert said(case) == expected(case).read_text(encoding="utf-8")


@pytest.mark.parametrize("case", CASES, ids=name)
def test_a_bad_stack_is_refused(case: Path) -> None:
    assert errors(checked(case).findings)


@pytest.mark.parametrize("case", WARNED, ids=name)
def test_a_warning_refuses_nothing(case: Path) -> None:
    assert errors(checked(case).findings) == []


@pytest.mark.parametrize("case", [*CASES, *WARNED], ids=name)
def test_every_finding_is_whole_and_said_once(case: Path) -> None:
    findings = checked(case).findings
    for one in findings:
        assert one.key, one
        assert one.reason, one
        assert one.cure, one
        assert one.source, one
        assert "\n" not in one.key + one.reason + one.cure, one
    places = [(one.key, one.id) for one in findings]
    assert len(set(places)) == len(places)


@pytest.mark.parametrize("case", CASES, ids=name)
def test_nothing_secret_is_shown(case: Path) -> None:
    assert "canary" in case.read_text() or "-secret" not in case.stem[:9]
    assert "canary" not in said(case)


def test_ten_mistakes_are_ten_things() -> None:
    [case] = [path for path in CASES if path.stem.endswith("ten-mistakes")]
    findings = errors(checked(case).findings)
    assert len(findings) == 10
    assert len({one.key for one in findings}) == 10


def test_pages_that_rules_come_from_are_there() -> None:
    sources = {one.source for case in (*CASES, *WARNED) for one in checked(case).findings}
    pages = {source for source in sources if source.startswith("docs/")}
    assert pages
    assert [page for page in pages if not (REPOSITORY / page).is_file()] == []


def test_every_rule_has_its_case() -> None:
    rules = set(registry.rules())
    elsewhere = {
        rule.id
        for name in OF_SOMETHING_ELSE
        for rule in registry.in_module(importlib.import_module(name))
    }
    shown = {one.id for case in (*CASES, *WARNED) for one in checked(case).findings}
    assert len(shown) > 50
    assert shown <= rules
    assert sorted(rules - shown) == sorted(OF_THE_DNS | elsewhere)
