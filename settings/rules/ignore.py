"""Warnings that a stack ignores (``tapal:ignore``): each by its rule's id, with a reason."""

from collections.abc import Iterator, Mapping, Sequence

from mail.address import suggest
from mail.finding import Finding
from mail.rule import Rule
from settings.stack_file import SOURCE

PAGE = "docs/rules.md"

UNKNOWN_RULE = Rule(
    id="ignore-unknown-rule",
    source=SOURCE,
    why="What is ignored is named by the id of its rule; another word would ignore nothing.",
    cure=f"write the id of a rule, as findings show it; {PAGE} lists all of them",
)
ERROR = Rule(
    id="ignore-error",
    source=SOURCE,
    why="An error stops the run, because with it the server or its mail would not work.",
    cure="take it out, and correct what the rule finds",
)
NO_REASON = Rule(
    id="ignore-without-reason",
    source=SOURCE,
    why="Whoever reads the file later must learn why a warning does not matter here.",
    cure="write why it does not matter here",
)


def check(ignored: Mapping[str, str]) -> Iterator[Finding]:
    """Yield what is wrong with the entries of ``tapal:ignore``: reasons by rules' ids."""
    if not ignored:
        return
    # Imported here: collecting the rules takes some tenths of a second.
    from settings import registry  # noqa: PLC0415

    rules = registry.rules()
    for name, reason in ignored.items():
        key = f"ignore.{name}"
        if name not in rules:
            near = suggest(name, rules)
            cure = f"did you mean {near!r}?" if near else None
            yield UNKNOWN_RULE.found(key, reason=f"there is no rule {name!r}", cure=cure)
        elif rules[name].level == "error":
            found = "it is an error, and only a warning can be ignored"
            yield ERROR.found(key, reason=found)
        elif not reason:
            yield NO_REASON.found(key, reason="it has no reason")


def shown(findings: Sequence[Finding], ignored: Mapping[str, str]) -> list[Finding]:
    """Return those of ``findings`` that a person is told: all but the warnings that are ignored."""
    return [one for one in findings if not is_ignored(one, ignored)]


def is_ignored(finding: Finding, ignored: Mapping[str, str]) -> bool:
    """Return whether ``finding`` is a warning of one of the rules in ``ignored``."""
    return finding.level == "warning" and finding.id in ignored
