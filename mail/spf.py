"""SPF: which hosts may send for a domain (RFC 7208).

Three records make a tapal server's SPF. ``_spf.<host domain>`` names the host once, and every
domain includes it. The host's own name carries one too: bounces have a null sender, so receivers
check the HELO name instead (RFC 7208 §2.4), and chasquid signs no bounce.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal, get_args

from mail.finding import Finding
from mail.spf_record import LOOKUP_TERMS, MECHANISMS, Record, SpfError, Term, is_spf, parse

All = Literal["softfail", "fail"]
ALLS: tuple[All, ...] = get_args(All)
Resolve = Callable[[str, str], Sequence[str]]
"""``resolve(name, type)`` returns the values (TXT unquoted); none for NXDOMAIN and no data."""

LOOKUPS = 10
VOID_LOOKUPS = 2
MX_NAMES = 10

_QUALIFIERS = {"softfail": "~", "fail": "-"}
_LIMITS = "RFC 7208 §4.6.4"
_PATIENCE = 40  # look-ups after which counting further says nothing new


def record_name(domain: str) -> str:
    """Return where the host's own record is published, to be included by every domain."""
    return f"_spf.{domain}"


def host_record(host: str) -> str:
    """Return the record that allows ``host`` by name, over whatever addresses it has."""
    return f"v=spf1 a:{host} ~all"


def helo_record() -> str:
    """Return the record of the HELO name itself, by which bounces pass."""
    return "v=spf1 a -all"


def domain_record(includes: Sequence[str], policy: str = "softfail") -> str:
    """Return a domain's record: its ``includes`` in order, each once, and how it ends.

    Raises:
        ValueError: ``policy`` is none of `ALLS`.
    """
    if policy not in _QUALIFIERS:
        raise ValueError(f"{policy!r} cannot end an SPF record; choose {' or '.join(ALLS)}")
    terms = [f"include:{name}" for name in dict.fromkeys(includes)]
    return " ".join(["v=spf1", *terms, f"{_QUALIFIERS[policy]}all"])


def merge(existing: str, include: str) -> str:
    """Return ``existing`` with ``include`` added before it ends; unchanged if already there.

    A name can hold only one SPF record, so a second sender is merged into the first one's.

    Raises:
        SpfError: ``existing`` is no SPF record.
    """
    record = parse(existing)
    if any(term.domain.lower() == include.lower() for term in record.named("include")):
        return existing
    ends = (i for i, term in enumerate(record.terms) if term.name == "all" or term.modifier)
    place = next(ends, len(record.terms))
    added = Term(name="include", value=include)
    return str(Record(terms=(*record.terms[:place], added, *record.terms[place:])))


def check(record: str, key: str) -> list[Finding]:
    """Return what can be said about one record without asking the DNS."""
    try:
        parsed = parse(record)
    except SpfError as error:
        cure = "correct that term; receivers answer a record they cannot read with permerror"
        return [_finding("spf-syntax", key, str(error), cure, "RFC 7208 §4.6")]
    findings = _check_end(parsed, key) + _check_order(parsed, key) + _check_names(parsed, key)
    if parsed.named("ptr"):
        cure = "replace ptr by ip4, ip6 or a"
        reason = "ptr is slow, unreliable and not to be used"
        findings.append(_finding("spf-ptr", key, reason, cure, "RFC 7208 §5.5", "advice"))
    lookups = sum(term.name in LOOKUP_TERMS for term in parsed.terms)
    if lookups > LOOKUPS:
        findings.append(_too_many(lookups, key))
    return findings


def check_only(values: Sequence[str], key: str) -> list[Finding]:
    """Return what is wrong with all the TXT ``values`` of one name: SPF allows one record."""
    records = [value for value in values if is_spf(value)]
    if len(records) > 1:
        shown = " and ".join(f'"{record}"' for record in records)
        reason = f"the name holds {len(records)} SPF records, which counts as none: {shown}"
        cure = "merge them into one record and delete the others"
        return [_finding("spf-two-records", key, reason, cure, "RFC 7208 §4.5")]
    return [finding for record in records for finding in check(record, key)]


@dataclass(kw_only=True)
class Lookups:
    """What evaluating a domain's SPF costs a receiver.

    Attributes:
        lookups: DNS look-ups by mechanisms and modifiers, through all includes (at most 10).
        void: Look-ups with an empty answer (at most 2).
        problems: What makes the evaluation fail on the way, as ``(rule id, reason, cure)``.
    """

    lookups: int = 0
    void: int = 0
    problems: list[tuple[str, str, str]] = field(default_factory=list)

    def findings(self, key: str) -> list[Finding]:
        """Return the limits that are exceeded and the problems met."""
        found = [
            _finding(name, key, reason, cure, "RFC 7208 §5.2")
            for name, reason, cure in self.problems
        ]
        if self.lookups > LOOKUPS:
            found.append(_too_many(self.lookups, key))
        if self.void > VOID_LOOKUPS:
            reason = f"{self.void} look-ups find nothing, and receivers stop after {VOID_LOOKUPS}"
            cure = "remove the names that no longer exist"
            found.append(_finding("spf-too-many-void-lookups", key, reason, cure, _LIMITS))
        return found


def count_lookups(name: str, resolve: Resolve, record: str | None = None) -> Lookups:
    """Count the look-ups that a receiver needs to evaluate the SPF of ``name`` to its end.

    Args:
        name: The domain.
        resolve: How to ask the DNS.
        record: The record to start from; the one published at ``name`` if left out.
    """
    count = Lookups()
    text = record if record is not None else _published(name, resolve, count)
    if text is not None:
        _walk(name, text, resolve, count, (name.lower(),))
    return count


def _walk(name: str, text: str, resolve: Resolve, count: Lookups, path: tuple[str, ...]) -> None:
    try:
        record = parse(text)
    except SpfError as error:
        cure = f"correct the SPF record of {name}, or do not include it"
        count.problems.append(("spf-include-broken", f"the SPF of {name}: {error}", cure))
        return
    for term in _evaluated(record):
        if count.lookups >= _PATIENCE:
            return
        count.lookups += 1
        if term.name in ("include", "redirect"):
            _follow(term, resolve, count, path)
        elif term.name in ("a", "mx", "exists"):
            _ask(term, name, resolve, count)


def _evaluated(record: Record) -> list[Term]:
    """The terms that cost a look-up: none after ``all``, and no redirect beside an ``all``."""
    last = record.all
    end = record.terms.index(last) if last else len(record.terms)
    terms = [term for term in record.terms[:end] if not term.modifier]
    terms += [] if last else record.named("redirect")
    return [term for term in terms if term.name in LOOKUP_TERMS]


def _follow(term: Term, resolve: Resolve, count: Lookups, path: tuple[str, ...]) -> None:
    target = term.domain.lower().rstrip(".")
    if "%" in target:
        return
    if target in path:
        cure = f"remove {term} from the SPF record of {path[-1]}"
        count.problems.append(("spf-loop", f"{' → '.join([*path, target])} is a loop", cure))
        return
    if (text := _published(target, resolve, count)) is not None:
        _walk(target, text, resolve, count, (*path, target))


def _published(name: str, resolve: Resolve, count: Lookups) -> str | None:
    values = resolve(name, "TXT")
    count.void += not values
    records = [value for value in values if is_spf(value)]
    if len(records) == 1:
        return records[0]
    if records:
        problem = ("spf-two-records", f"{name} holds {len(records)} SPF records", "keep one")
    else:
        cure = f"check its spelling, or publish one at {name}"
        problem = ("spf-include-none", f"{name} has no SPF record", cure)
    count.problems.append(problem)
    return None


def _ask(term: Term, name: str, resolve: Resolve, count: Lookups) -> None:
    target = term.domain.rstrip(".") or name
    if "%" in target:
        return
    if term.name == "mx":
        names = resolve(target, "MX")
        count.void += not names
        if len(names) > MX_NAMES:
            reason = f"{target} has {len(names)} MX names, and SPF stops after {MX_NAMES}"
            count.problems.append(("spf-many-mx", reason, "name the hosts by ip4 and ip6"))
        return
    # exists asks for A only; a asks for the family of the connection, so one of them is enough.
    kinds = ("A",) if term.name == "exists" else ("A", "AAAA")
    count.void += not any(resolve(target, kind) for kind in kinds)


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


def _too_many(lookups: int, key: str) -> Finding:
    amount = f"at least {lookups}" if lookups >= _PATIENCE else str(lookups)
    reason = f"SPF needs {amount} DNS look-ups, and receivers stop after {LOOKUPS}"
    cure = "remove includes that no longer send for you, or replace them by their ip4 and ip6"
    return _finding("spf-too-many-lookups", key, reason, cure, _LIMITS)


def _finding(
    name: str,
    key: str,
    reason: str,
    cure: str,
    source: str,
    level: Literal["error", "advice"] = "error",
) -> Finding:
    return Finding(id=name, key=key, reason=reason, cure=cure, source=source, level=level)
