"""A rule: declared once, and every finding about it is made by it.

A rule is a constant of a module in ``mail/`` or ``settings/``. `settings.registry` collects them
all, and ``docs/rules.md`` is written from that.
"""

from dataclasses import dataclass

from mail.finding import Finding, Level


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One rule.

    Attributes:
        id: Stable kebab-case name, such as ``spf-too-many-lookups``.
        source: Where it comes from, such as ``RFC 7208 §4.6.4``.
        level: What a finding of it does: ``error`` stops the run, ``warning`` is only shown.
        why: One sentence that stands alone: why the rule is there.
        cure: What to do in general; a finding may say it more exactly.
    """

    id: str
    source: str
    level: Level = "error"
    why: str
    cure: str

    def found(
        self,
        key: str,
        *,
        reason: str,
        cure: str | None = None,
        level: Level | None = None,
        rests_on: tuple[str, ...] = (),
    ) -> Finding:
        """Return a finding of this rule.

        The texts are keyword-only, so that no two of them can be swapped by mistake.

        Args:
            key: Path of the setting that it is about.
            reason: One sentence: what is wrong there.
            cure: One sentence: what to write or do instead; the rule's own if left out.
            level: Another level than the rule's, where the same thing matters more or less.
            rests_on: Paths of further settings that the conclusion depends on.
        """
        return Finding(
            id=self.id,
            key=key,
            reason=reason,
            cure=self.cure if cure is None else cure,
            source=self.source,
            level=self.level if level is None else level,
            rests_on=rests_on,
        )
