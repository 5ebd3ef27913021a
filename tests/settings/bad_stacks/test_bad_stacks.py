"""Each bad stack is refused with exactly the words beside it, and every rule has its case."""

import ast
import re
from pathlib import Path

import pytest

from lab.paths import REPOSITORY
from mail.finding import errors
from settings import check
from tests.settings.bad_stacks.table import CASES, WARNED, checked, expected, said

# Said of records in a zone, so no file of a stack alone brings them about.
OF_THE_DNS = {
    "dmarc-removed-tag",
    "dmarc-version",
    "mx-cname",
    "mx-no-address",
    "spf-ignored-term",
    "spf-mechanism-as-modifier",
    "spf-no-all",
    "spf-ptr",
    "spf-syntax",
    "spf-too-many-void-lookups",
    "spf-two-records",
    "spf-weak-all",
}
# Functions whose first argument is the id of the finding that they make.
MAKERS = {"_finding", "_problem", "_not_among", "AddressError"}
ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)+")


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
def test_advice_refuses_nothing(case: Path) -> None:
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


def imported(path: Path, seen: set[Path]) -> set[Path]:
    """The modules of ours that ``path`` imports, and theirs."""
    if path in seen:
        return seen
    seen.add(path)
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module:
            package = REPOSITORY / node.module.replace(".", "/")
            for one in (package, *(package / alias.name for alias in node.names)):
                file = one.with_suffix(".py")
                if file.is_file():
                    imported(file, seen)
    return seen


def ids(path: Path) -> set[str]:
    """The ids of findings that a module makes."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if not isinstance(node, ast.Call):
            continue
        called = getattr(node.func, "id", getattr(node.func, "attr", ""))
        given = [word.value for word in node.keywords if word.arg in {"id", "rule"}]
        given += node.args[:1] if called in MAKERS else []
        found |= {str(one.value) for one in given if isinstance(one, ast.Constant)}
    return {one for one in found if ID.fullmatch(one)}


def test_pages_that_rules_come_from_are_there() -> None:
    sources = {one.source for case in (*CASES, *WARNED) for one in checked(case).findings}
    pages = {source for source in sources if source.startswith("docs/")}
    assert pages
    assert [page for page in pages if not (REPOSITORY / page).is_file()] == []


def test_every_rule_has_its_case() -> None:
    modules = imported(Path(check.__file__), set())
    assert REPOSITORY / "mail" / "alias_routes.py" in modules
    rules = set().union(*map(ids, modules))
    assert len(rules) > 50
    assert rules >= OF_THE_DNS
    shown = {one.id for case in (*CASES, *WARNED) for one in checked(case).findings}
    assert shown - rules <= {"dmarc-report-consent"}
    assert sorted(rules - shown - OF_THE_DNS) == []
