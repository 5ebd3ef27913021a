"""The names that a domain's SPF record includes besides the server's own."""

import re
from collections.abc import Iterator, Sequence

from mail import address
from mail.finding import Finding
from mail.spf.lookups import LOOKUPS

OWN_LOOKUPS = 2  # the include of the host's record, and the ``a:`` in it
_TERM = re.compile(
    r"[-+~?]?(include|redirect|a|mx|ip4|ip6|exists|ptr|all)([:=/].*)?", re.IGNORECASE
)
_INCLUDE = "RFC 7208 §5.2"
_LIMIT = "RFC 7208 §4.6.4"


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
            reason, cure = f"{name} is included twice", "remove one of them"
            problems = [_finding("spf-include-twice", place, reason, cure)]
        elif not problems:
            seen.add(name)
        findings += problems
    if len(seen) + OWN_LOOKUPS > LOOKUPS:
        findings.append(_too_many(len(seen), key))
    return findings


def _check_one(name: str, domain: str, own: str | None, place: str) -> Iterator[Finding]:
    if name.lower().startswith("v=spf1"):
        reason = "it is a whole SPF record, and a domain can have only one"
        cure = "list the names after its include: words; the program writes the record"
        yield _finding("spf-include-record", place, reason, cure, "RFC 7208 §4.5")
    elif "." not in name.partition(":")[0] and (term := _TERM.fullmatch(name)):
        yield _term(name, term, place)
    elif problems := address.check_dns_name(name, place):
        yield from problems
    elif name == own:
        reason = f"{name} is the server's own record, which is always included"
        yield _finding("spf-include-own", place, reason, "remove it")
    elif name == domain:
        reason = f"{name} would include itself, which receivers answer with permerror"
        yield _finding("spf-include-loop", place, reason, "remove it")


def _term(name: str, term: re.Match[str], place: str) -> Finding:
    kind, rest = term[1].lower(), (term[2] or "")[1:]
    if kind == "include" and rest:
        cure = f"write {rest!r}"
        return _finding("spf-include-term", place, f"{name!r} begins with include already", cure)
    if kind == "all":
        cure = "remove it; spf.all says how the record ends: softfail (~all) or fail (-all)"
        return _finding("spf-include-term", place, f"{name!r} is no name to include", cure)
    cure = "publish a record of your own with it, such as _others.example.com, and include that"
    return _finding("spf-include-term", place, f"{name!r} is an SPF term, not a name", cure)


def _too_many(includes: int, key: str) -> Finding:
    lookups = includes + OWN_LOOKUPS
    reason = (
        f"SPF needs at least {lookups} DNS look-ups ({includes} here, {OWN_LOOKUPS} for the "
        f"server), and receivers stop after {LOOKUPS}"
    )
    cure = "remove includes that no longer send for you, or replace them by their ip4 and ip6"
    return _finding("spf-too-many-lookups", key, reason, cure, _LIMIT)


def _finding(rule: str, key: str, reason: str, cure: str, source: str = _INCLUDE) -> Finding:
    return Finding(id=rule, key=key, reason=reason, cure=cure, source=source)
