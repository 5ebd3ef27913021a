"""Findings as a person reads them: a domain is called by its name, not by its place in the list."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from mail import address
from mail.finding import Finding
from settings.recover import MARK
from settings.settings import Domain

_KEY = re.compile(r"^domains\[(\d+)\](?:\.(.+))?$")
_TEXT = re.compile(r"\bdomains\[(\d+)\](?:\.([\w.]*\w(?:\[\d+\](?:\.\w+)*)?))?")


def named(findings: Iterable[Finding], domains: Sequence[Domain]) -> list[Finding]:
    """Return ``findings`` with ``domains: example.com, mx`` instead of ``domains[0].mx``.

    A domain whose name cannot be read, or is given twice, is called by its place all the same.

    Args:
        findings: about a stack's settings.
        domains: the stack's.
    """
    counted = Counter(domain.name for domain in domains)
    names = [domain.name if _is_told(domain.name, counted) else "" for domain in domains]
    return [_named(one, names) for one in findings]


def _is_told(name: str, counted: Mapping[str, int]) -> bool:
    return counted[name] == 1 and MARK not in name and not address.check_domain(name, "")


def _named(finding: Finding, names: Sequence[str]) -> Finding:
    found = _KEY.match(finding.key)
    own = _name(found[1], names) if found else ""
    key = finding.key
    if found and own:
        key = f"domains: {own}" + (f", {found[2]}" if found[2] else "")

    def said(match: re.Match[str]) -> str:
        name = _name(match[1], names)
        if not name:
            return match[0]
        if not match[2]:
            return name
        return match[2] if name == own else f"{match[2]} of {name}"

    return replace(
        finding, key=key, reason=_TEXT.sub(said, finding.reason), cure=_TEXT.sub(said, finding.cure)
    )


def _name(place: str, names: Sequence[str]) -> str:
    return names[int(place)] if int(place) < len(names) else ""
