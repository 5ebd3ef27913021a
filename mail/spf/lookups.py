"""Counts the DNS look-ups that a receiver needs to evaluate a domain's SPF (RFC 7208 §4.6.4)."""

from dataclasses import dataclass, field

from mail.finding import Finding
from mail.resolve import Resolve
from mail.rule import Rule
from mail.spf.record import LOOKUP_TERMS, Record, SpfError, Term, is_spf, parse

LOOKUPS = 10
VOID_LOOKUPS = 2
MX_NAMES = 10

_LIMITS, _INCLUDE = "RFC 7208 §4.6.4", "RFC 7208 §5.2"
_PATIENCE = 40  # look-ups after which counting stops

TOO_MANY_LOOKUPS = Rule(
    id="spf-too-many-lookups",
    source=_LIMITS,
    why=f"Receivers stop after {LOOKUPS} DNS look-ups, and answer with permerror.",
    cure="remove includes that no longer send for you, or replace them by their ip4 and ip6",
)
TOO_MANY_VOIDS = Rule(
    id="spf-too-many-void-lookups",
    source=_LIMITS,
    why=f"Receivers stop after {VOID_LOOKUPS} look-ups that find nothing.",
    cure="remove the names that no longer exist",
)
INCLUDE_BROKEN = Rule(
    id="spf-include-broken",
    source=_INCLUDE,
    why="An included record that cannot be read breaks the record that includes it.",
    cure="correct the included record, or do not include it",
)
INCLUDE_NONE = Rule(
    id="spf-include-none",
    source=_INCLUDE,
    why="To include a name without an SPF record is an error to receivers (permerror).",
    cure="check the name's spelling, or publish a record there",
)
LOOP = Rule(
    id="spf-loop",
    source=_INCLUDE,
    why="A record that includes itself, over others too, is never evaluated to its end.",
    cure="remove the include that leads back",
)
TWO_RECORDS = Rule(
    id="spf-two-records",
    source=_INCLUDE,
    why="Receivers count several SPF records at one name as none.",
    cure="keep one",
)
MANY_MX = Rule(
    id="spf-many-mx",
    source=_LIMITS,
    why=f"The mechanism mx stops after {MX_NAMES} MX names.",
    cure="name the hosts by ip4 and ip6",
)


@dataclass(kw_only=True)
class Lookups:
    """What evaluating a domain's SPF costs a receiver.

    Attributes:
        lookups: DNS look-ups by mechanisms and modifiers, through all includes (at most 10).
        void: Look-ups with an empty answer (at most 2).
        problems: What makes the evaluation fail on the way; findings without a key.
    """

    lookups: int = 0
    void: int = 0
    problems: list[Finding] = field(default_factory=list)

    def findings(self, key: str) -> list[Finding]:
        """Return the limits that are exceeded and the problems met."""
        found = [problem.under(key) for problem in self.problems]
        if self.lookups > LOOKUPS:
            found.append(too_many(self.lookups, key))
        if self.void > VOID_LOOKUPS:
            reason = f"{self.void} look-ups find nothing, and receivers stop after {VOID_LOOKUPS}"
            found.append(TOO_MANY_VOIDS.found(key, reason=reason))
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
        reason = f"the SPF of {name}: {error}"
        count.problems.append(INCLUDE_BROKEN.found("", reason=reason, cure=cure))
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
    """Return the terms that cost a look-up: none after ``all``, and no redirect beside it."""
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
        reason = f"{' → '.join([*path, target])} is a loop"
        count.problems.append(LOOP.found("", reason=reason, cure=cure))
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
        problem = TWO_RECORDS.found("", reason=f"{name} holds {len(records)} SPF records")
    else:
        cure = f"check its spelling, or publish one at {name}"
        problem = INCLUDE_NONE.found("", reason=f"{name} has no SPF record", cure=cure)
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
            count.problems.append(MANY_MX.found("", reason=reason))
        return
    # exists asks for A only; a asks for the family of the connection, so one of them is enough.
    kinds = ("A",) if term.name == "exists" else ("A", "AAAA")
    count.void += not any(resolve(target, kind) for kind in kinds)


def too_many(lookups: int, key: str) -> Finding:
    """Return the finding for a record that needs more look-ups than receivers make."""
    amount = f"at least {lookups}" if lookups >= _PATIENCE else str(lookups)
    reason = f"SPF needs {amount} DNS look-ups, and receivers stop after {LOOKUPS}"
    return TOO_MANY_LOOKUPS.found(key, reason=reason)
