"""What can be said about one SPF record without asking the DNS."""

from mail.finding import Finding
from mail.rule import Rule
from mail.spf.lookups import LOOKUPS, too_many
from mail.spf.record import LOOKUP_TERMS, MECHANISMS, Record, SpfError, parse

_END = "RFC 7208 §5.1"
_END_IT = "end the record with ~all or -all"

SYNTAX = Rule(
    id="spf-syntax",
    source="RFC 7208 §4.6",
    why="Receivers answer an SPF record that they cannot read with permerror.",
    cure="correct that term; receivers answer a record they cannot read with permerror",
)
PTR = Rule(
    id="spf-ptr",
    source="RFC 7208 §5.5",
    level="warning",
    why="The mechanism ptr is slow and unreliable, and the standard advises against it.",
    cure="replace ptr by ip4, ip6 or a",
)
NO_ALL = Rule(
    id="spf-no-all",
    source=_END,
    why="A record that does not say how it ends leaves mail from everywhere else undecided.",
    cure=_END_IT,
)
WEAK_ALL = Rule(
    id="spf-weak-all",
    source=_END,
    why="A record that ends in +all or ?all lets every host in the world send as the domain.",
    cure=_END_IT,
)
IGNORED_TERM = Rule(
    id="spf-ignored-term",
    source=_END,
    why="Receivers ignore what follows all, and redirect beside it.",
    cure="put all last and leave redirect out",
)
MECHANISM_AS_MODIFIER = Rule(
    id="spf-mechanism-as-modifier",
    source="RFC 7208 §6",
    why="Receivers ignore a modifier that they do not know, so a mechanism with an equals sign "
    "does nothing.",
    cure="write the mechanism with a colon",
)


def check(record: str, key: str) -> list[Finding]:
    """Return what is wrong with ``record`` by itself."""
    try:
        parsed = parse(record)
    except SpfError as error:
        return [SYNTAX.found(key, reason=str(error))]
    findings = _check_end(parsed, key) + _check_order(parsed, key) + _check_names(parsed, key)
    if parsed.named("ptr"):
        findings.append(PTR.found(key, reason="ptr is slow, unreliable and not to be used"))
    lookups = sum(term.name in LOOKUP_TERMS for term in parsed.terms)
    if lookups > LOOKUPS:
        findings.append(too_many(lookups, key))
    return findings


def _check_end(record: Record, key: str) -> list[Finding]:
    end = record.all
    if end is None and not record.named("redirect"):
        return [NO_ALL.found(key, reason="the record does not say how it ends")]
    if end is not None and end.qualifier in "+?":
        reason = f"{end.qualifier}all lets every host in the world send as this domain"
        return [WEAK_ALL.found(key, reason=reason)]
    return []


def _check_order(record: Record, key: str) -> list[Finding]:
    if record.all is None:
        return []
    after = record.terms[record.terms.index(record.all) + 1 :]
    ignored = [term for term in after if not term.modifier] + record.named("redirect")
    if not ignored:
        return []
    shown = ", ".join(map(str, ignored))
    return [IGNORED_TERM.found(key, reason=f"receivers ignore {shown} beside all")]


def _check_names(record: Record, key: str) -> list[Finding]:
    return [
        MECHANISM_AS_MODIFIER.found(
            key,
            reason=f"{term} has no effect: {term.name} takes a colon",
            cure=f"write {term.name}:{term.value}",
        )
        for term in record.terms
        if term.modifier and term.name in MECHANISMS
    ]
