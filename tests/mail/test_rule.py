"""A rule is declared once, and every finding is made by one; held by reading the source."""

import ast
import inspect
from collections.abc import Iterator
from pathlib import Path

import pytest

from lab.paths import REPOSITORY
from mail.rule import Rule
from settings import registry

ROOMS = ("mail", "settings", "ssh", "facts", "components", "tools", "lab", "benchmarks")
FILES = [
    REPOSITORY / "__main__.py",
    *sorted(path for room in ROOMS for path in (REPOSITORY / room).rglob("*.py")),
]
MAKER = REPOSITORY / "mail" / "rule.py"
LOOP = Rule(id="a-loop", source="RFC 1 §2", why="A loop never ends.", cure="leave it")


def calls(path: Path, name: str) -> Iterator[ast.Call]:
    """The calls of ``name`` in a module, or of an attribute of that name."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call):
            called = getattr(node.func, "id", getattr(node.func, "attr", ""))
            if called == name:
                yield node


def test_findings_are_made_by_rules_alone() -> None:
    makers = [path for path in FILES if any(calls(path, "Finding"))]
    assert makers == [MAKER]


def test_rules_are_declared_in_mail_and_settings_alone() -> None:
    rooms = {path.relative_to(REPOSITORY).parts[0] for path in FILES if any(calls(path, "Rule"))}
    assert rooms == {"mail", "settings"}


def test_every_rule_that_is_declared_is_in_the_registry() -> None:
    declared = [
        word.value.value
        for path in FILES
        for call in calls(path, "Rule")
        for word in call.keywords
        if word.arg == "id" and isinstance(word.value, ast.Constant)
    ]
    assert len(declared) == sum(len(list(calls(path, "Rule"))) for path in FILES)
    assert sorted(map(str, declared)) == sorted(registry.rules())


def test_texts_are_keyword_only() -> None:
    by_position = [
        name
        for name, one in inspect.signature(Rule.found).parameters.items()
        if one.kind is not inspect.Parameter.KEYWORD_ONLY
    ]
    assert by_position == ["self", "key"]
    with pytest.raises(TypeError):
        Rule("a-loop", "RFC 1 §2", "error", "A loop never ends.", "leave it")  # type: ignore[call-arg]


def test_a_finding_has_the_rule_s_words_where_it_has_none_of_its_own() -> None:
    found = LOOP.found("here", reason="it loops")
    assert (found.id, found.source, found.level) == ("a-loop", "RFC 1 §2", "error")
    assert (found.key, found.reason, found.cure) == ("here", "it loops", "leave it")
    other = LOOP.found("here", reason="it loops", cure="cut it", level="warning", rests_on=("x",))
    assert (other.cure, other.level, other.rests_on) == ("cut it", "warning", ("x",))
