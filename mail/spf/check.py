"""What can be said about one SPF record without asking the DNS."""

from typing import Literal

from mail.finding import Finding
from mail.spf.lookups import LOOKUPS, too_many
from mail.spf.record import LOOKUP_TERMS, MECHANISMS, Record, SpfError, parse


def check(record: str, key: str) -> list[Finding]:
    """Return what is wrong with ``record`` by itself."""
    try:
        parsed = parse(record)
    except SpfError as error:
        cure = "correct that term; receivers answer a record they cannot read with permerror"
        return [_finding("spf-syntax", key, str(error), cure, "RFC 7208 §4.6")]
    findings = _check_end(parsed, key) + _check_order(parsed, key) + _check_names(parsed, key)
    if parsed.named("ptr"):
        cure = "replace ptr by ip4, ip6 or a"
        reason = "ptr is slow, unreliable and not to be used"
        findings.append(_finding("spf-ptr", key, reason, cure, "RFC 7208 §5.5", "warning"))
    lookups = sum(term.name in LOOKUP_TERMS for term in parsed.terms)
    if lookups > LOOKUPS:
        findings.append(too_many(lookups, key))
    return findings


def _check_end(record: Record, key: str) -> list[Finding]:
    source = "RFC 7208 §5.1"
    end = record.all
    if end is None and not record.named("redirect"):
        cure = "end the record with ~all or -all"
        return [_finding("spf-no-all", key, "the record does not say how it ends", cure, source)]
    if end is not None and end.qualifier in "+?":
        reason = f"{end.qualifier}all lets every host in the world send as this domain"
        cure = "end the record with ~all or -all"
        return [_finding("spf-weak-all", key, reason, cure, source)]
    return []


def _check_order(record: Record, key: str) -> list[Finding]:
    if record.all is None:
        return []
    after = record.terms[record.terms.index(record.all) + 1 :]
    ignored = [term for term in after if not term.modifier] + record.named("redirect")
    if not ignored:
        return []
    shown = ", ".join(map(str, ignored))
    reason = f"receivers ignore {shown} beside all"
    cure = "put all last and leave redirect out"
    return [_finding("spf-ignored-term", key, reason, cure, "RFC 7208 §5.1")]


def _check_names(record: Record, key: str) -> list[Finding]:
    # Receivers ignore modifiers that they do not know, so "include=x" would quietly do nothing.
    return [
        _finding(
            "spf-mechanism-as-modifier",
            key,
            f"{term} has no effect: {term.name} takes a colon",
            f"write {term.name}:{term.value}",
            "RFC 7208 §6",
        )
        for term in record.terms
        if term.modifier and term.name in MECHANISMS
    ]


def _finding(
    name: str,
    key: str,
    reason: str,
    cure: str,
    source: str,
    level: Literal["error", "warning"] = "error",
) -> Finding:
    return Finding(id=name, key=key, reason=reason, cure=cure, source=source, level=level)
