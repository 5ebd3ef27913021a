"""Two senders in one SPF record: a name can have only one (RFC 7208 §4.5)."""

import ipaddress
from collections.abc import Sequence

from mail.spf.record import Record, SpfError, Term, parse


def merge(existing: str, includes: Sequence[str]) -> str:
    """Return ``existing`` with each of ``includes`` added before it ends; how it ends stays.

    Raises:
        SpfError: ``existing`` is not an SPF record.
    """
    record = parse(existing)
    known = {term.domain.lower() for term in record.named("include")}
    added = [name for name in dict.fromkeys(includes) if name.lower() not in known]
    if not added:
        return existing
    ends = (i for i, term in enumerate(record.terms) if term.name == "all" or term.modifier)
    place = next(ends, len(record.terms))
    terms = (Term(name="include", value=name) for name in added)
    return str(Record(terms=(*record.terms[:place], *terms, *record.terms[place:])))


def without(record: str, includes: Sequence[str]) -> str:
    """Return ``record`` as it was before ``includes`` were merged into it.

    Raises:
        SpfError: ``record`` is not an SPF record.
    """
    gone = {include.lower() for include in includes}
    terms = parse(record).terms
    kept = (t for t in terms if t.name != "include" or t.domain.lower() not in gone)
    return str(Record(terms=tuple(kept)))


def lets_send(record: str, include: str, host: str, addresses: Sequence[str]) -> bool:
    """Return whether ``record`` itself lets the host send: by ``include``, by name or by address.

    Only the record's own terms are looked at, not what its includes lead to. What ``exists`` and
    terms with macros allow is not known here, so they count as not letting the host send.

    Args:
        record: an SPF record; False if it cannot be read.
        include: the name whose SPF record stands for the host.
        host: the host's name.
        addresses: all of the host's addresses; each must be let through.
    """
    try:
        terms = parse(record).terms
    except SpfError:
        return False
    by_name = {("include", include), ("redirect", include), ("a", host)}
    return any((t.name, t.domain.lower()) in by_name and _passes(t) for t in terms) or all(
        any(_covers(term, address) for term in terms) for address in addresses
    )


def _passes(term: Term) -> bool:
    return term.modifier or term.qualifier == "+"


def _covers(term: Term, address: str) -> bool:
    if term.qualifier != "+":
        return False
    if term.name == "all":
        return True
    return term.name in ("ip4", "ip6") and (
        ipaddress.ip_address(address) in ipaddress.ip_network(term.value, strict=False)
    )
