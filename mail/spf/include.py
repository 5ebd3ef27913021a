"""The names that a domain's SPF record includes besides the server's own."""

import re
from collections.abc import Iterator, Sequence

from mail import address
from mail.finding import Finding
from mail.rule import Rule
from mail.spf.lookups import LOOKUPS, TOO_MANY_LOOKUPS

OWN_LOOKUPS = 2  # the include of the host's record, and the ``a:`` in it
_TERM = re.compile(
    r"[-+~?]?(include|redirect|a|mx|ip4|ip6|exists|ptr|all)([:=/].*)?", re.IGNORECASE
)
_INCLUDE = "RFC 7208 §5.2"

TWICE = Rule(
    id="spf-include-twice",
    source=_INCLUDE,
    why="A name that is included twice costs look-ups twice, and adds nothing.",
    cure="remove one of them",
)
WHOLE_RECORD = Rule(
    id="spf-include-record",
    source="RFC 7208 §4.5",
    why="The program writes the domain's one SPF record; include takes names of further senders.",
    cure="list the names after its include: words; the program writes the record",
)
OWN = Rule(
    id="spf-include-own",
    source=_INCLUDE,
    why="The server's own record is always included.",
    cure="remove it",
)
ITSELF = Rule(
    id="spf-include-loop",
    source=_INCLUDE,
    why="Receivers answer a record that includes itself with permerror.",
    cure="remove it",
)
TERM = Rule(
    id="spf-include-term",
    source=_INCLUDE,
    why="include takes names alone, without the other words of an SPF record.",
    cure="publish a record of your own with it, such as _others.example.com, and include that",
)


def check(includes: Sequence[str], domain: str, own: str | None, key: str) -> list[Finding]:
    """Return what is wrong with ``includes``, as far as it shows without asking the DNS.

    Args:
        includes: Names whose records are included.
        domain: The domain whose record includes them.
        own: Where the host's own record is, which is included in any case; None if not known.
        key: Path of the list.
    """
    findings: list[Finding] = []
    seen: set[str] = set()
    for index, name in enumerate(includes):
        place = f"{key}[{index}]"
        problems = list(_check_one(name, domain, own, place))
        if not problems and name in seen:
            problems = [TWICE.found(place, reason=f"{name} is included twice")]
        elif not problems:
            seen.add(name)
        findings += problems
    if len(seen) + OWN_LOOKUPS > LOOKUPS:
        findings.append(_too_many(len(seen), key))
    return findings


def _check_one(name: str, domain: str, own: str | None, place: str) -> Iterator[Finding]:
    if name.lower().startswith("v=spf1"):
        reason = "it is a whole SPF record, and a domain can have only one"
        yield WHOLE_RECORD.found(place, reason=reason)
    elif "." not in name.partition(":")[0] and (term := _TERM.fullmatch(name)):
        yield _term(name, term, place)
    elif problems := address.check_dns_name(name, place):
        yield from problems
    elif name == own:
        reason = f"{name} is the server's own record, which is always included"
        yield OWN.found(place, reason=reason)
    elif name == domain:
        reason = f"{name} would include itself, which receivers answer with permerror"
        yield ITSELF.found(place, reason=reason)


def _term(name: str, term: re.Match[str], place: str) -> Finding:
    kind, rest = term[1].lower(), (term[2] or "")[1:]
    if kind == "include" and rest:
        reason = f"{name!r} begins with include already"
        return TERM.found(place, reason=reason, cure=f"write {rest!r}")
    if kind == "all":
        cure = "remove it; spf.all says how the record ends: softfail (~all) or fail (-all)"
        return TERM.found(place, reason=f"{name!r} is not a name to include", cure=cure)
    return TERM.found(place, reason=f"{name!r} is an SPF term, not a name")


def _too_many(includes: int, key: str) -> Finding:
    lookups = includes + OWN_LOOKUPS
    reason = (
        f"SPF needs at least {lookups} DNS look-ups ({includes} here, {OWN_LOOKUPS} for the "
        f"server), and receivers stop after {LOOKUPS}"
    )
    return TOO_MANY_LOOKUPS.found(key, reason=reason)
