"""What a rule found: which setting, what is wrong with it, and the cure.

Checks return findings and never raise, so that one run reports every problem at once; only the
edge of the program turns them into one error. A finding is made by `mail.rule.Rule.found` alone.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

Level = Literal["error", "warning"]


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing a rule found.

    Attributes:
        id: Stable kebab-case name of the rule, such as ``spf-too-many-lookups``.
        key: Path of the setting it concerns, such as ``domains[0].spf.include``.
        reason: One sentence: what is wrong.
        cure: One sentence: what to write or do instead.
        source: Where the rule comes from, such as ``RFC 7208 §4.6.4``.
        level: ``error`` stops the run; ``warning`` is only shown.
        rests_on: Paths of further settings that the conclusion depends on: where one of them
            could not be read, the finding is not reported.
    """

    id: str
    key: str
    reason: str
    cure: str
    source: str = ""
    level: Level = "error"
    rests_on: tuple[str, ...] = ()

    def under(self, prefix: str) -> "Finding":
        """Return the same finding with its key placed below ``prefix``."""
        if not self.key:
            return replace(self, key=prefix)
        joint = "" if self.key.startswith("[") else "."
        return replace(self, key=f"{prefix}{joint}{self.key}")


def errors(findings: Iterable[Finding]) -> list[Finding]:
    """Return the findings that must stop the run."""
    return [finding for finding in findings if finding.level == "error"]


def warnings(findings: Iterable[Finding]) -> list[Finding]:
    """Return the findings that are only worth showing."""
    return [finding for finding in findings if finding.level == "warning"]


def render(findings: Iterable[Finding]) -> str:
    """Return all ``findings`` as one bulleted text, in the order given, without a last newline."""
    return "\n".join(_bullet(finding) for finding in findings)


def refusal(errors: Iterable[Finding], subject: str = "the stack's configuration has") -> str:
    """Return the message for ``errors`` that stop the run; its first words are ``subject``."""
    listed = list(errors)
    things = "1 thing" if len(listed) == 1 else f"{len(listed)} things"
    return f"{subject} {things} to put right; nothing was touched:\n{render(listed)}"


def _bullet(finding: Finding) -> str:
    mark = "warning, " if finding.level == "warning" else ""
    key = f"{finding.key}: " if finding.key else ""
    via = ", ".join(part for part in (finding.id, finding.source) if part)
    return f"  - {mark}{key}{finding.reason}\n      cure: {finding.cure}\n      rule: {via}"
