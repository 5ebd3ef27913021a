"""docs/rules.md is what the rules say, and every rule says enough to be read on a page."""

import re

import pytest

from lab.paths import REPOSITORY
from mail.rule import Rule
from settings import registry
from tools import rules
from tools.rules import UnlistedRuleError

RULES = list(registry.rules().values())
ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)+")


def test_the_page_is_current() -> None:
    assert rules.PAGE == REPOSITORY / "docs" / "rules.md"
    text = rules.PAGE.read_text(encoding="utf-8")
    assert text == rules.page(), "run `make rules`"
    assert re.findall("^### (.*)$", text, re.MULTILINE) == [
        one.id for group in rules.grouped().values() for one in group
    ]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rule_can_be_read_alone(rule: Rule) -> None:
    assert ID.fullmatch(rule.id), "ids are kebab-case"
    assert rule.source, "a rule comes from somewhere"
    assert rule.why.endswith("."), "why is a sentence"
    assert rule.why.count(". ") == 0, "why is one sentence"
    assert rule.cure, "there is something to do"
    assert not rule.cure.endswith("."), "a cure stands after `cure:`"
    assert "\n" not in rule.why + rule.cure + rule.source


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_page_that_a_rule_comes_from_is_there(rule: Rule) -> None:
    assert not rule.source.startswith("docs/") or (REPOSITORY / rule.source).is_file()


def test_every_section_has_rules_and_every_rule_one_section() -> None:
    groups = rules.grouped()
    assert list(groups) == list(rules.SECTIONS)
    assert all(groups.values())
    listed = [one.id for group in groups.values() for one in group]
    assert sorted(listed) == list(registry.rules())


def test_a_rule_without_a_section_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    others = tuple(one for one in rules.SECTIONS if one.title != "DKIM")
    monkeypatch.setattr(rules, "SECTIONS", others)
    with pytest.raises(UnlistedRuleError, match="dkim-selector"):
        rules.page()


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("RFC 3207", "[RFC 3207](https://www.rfc-editor.org/rfc/rfc3207)"),
        (
            "RFC 2181 §10.3, RFC 5321 §5.1",
            (
                "[RFC 2181 §10.3](https://www.rfc-editor.org/rfc/rfc2181#section-10.3), "
                "[RFC 5321 §5.1](https://www.rfc-editor.org/rfc/rfc5321#section-5.1)"
            ),
        ),
        ("docs/sending.md", "[docs/sending.md](sending.md)"),
        ("pulumi stack init", "pulumi stack init"),
    ],
)
def test_sources_are_linked(source: str, shown: str) -> None:
    assert rules.linked(source) == shown
