"""Aliases: where mail to an address goes, by chasquid's rules.

The left side is a local part, or ``*`` for every address that nothing else serves. A target is an
address, a local part of the same domain, ``*`` (the part that the mail was sent to), or an
address with ``via`` and the hosts to hand it to. chasquid follows aliases from one to the next,
10 look-ups at most; it ignores dots, and what follows a ``+`` unless an alias is named so.
Commands (``| program``) are refused: they would run as the mail server.
"""

from collections.abc import Sequence
from typing import Literal

from mail import address
from mail.alias_entry import CATCH_ALL, SOURCE, Domain, name, place_of, target
from mail.alias_routes import check_routes
from mail.finding import Finding

__all__ = ["CATCH_ALL", "Domain", "check", "expand", "name", "target"]


def expand(domain: Domain) -> dict[str, tuple[str, ...]]:
    """Return the aliases with the catch-all's targets added for each account that has no alias.

    The server keeps no mailboxes, and to chasquid an account exists, so that its mail would come
    back to the sender although a catch-all is there.
    """
    aliases = {name(left): tuple(map(target, right)) for left, right in domain.aliases.items()}
    everything = aliases.get(CATCH_ALL, ())
    own = address.domain(domain.name)
    served = {address.without_dropped(left) for left in aliases}
    for local, place in (place_of(one, own) for one in everything):
        # An account that is itself where the rest goes would otherwise lead to itself.
        served |= {address.without_dropped(local)} if place == own else set()
    for account in map(address.account, domain.accounts):
        if everything and address.without_dropped(account) not in served:
            aliases[account] = everything
    return aliases


def check(domains: Sequence[Domain], key: str = "domains") -> list[Finding]:
    """Return what is wrong with the aliases of all ``domains``, which may point to each other.

    The key of domain number 0's alias ``x`` is ``domains[0].aliases.x``. What cannot be read is
    left out of the rest of the check.
    """
    findings: list[Finding] = []
    readable: list[Domain | None] = []
    for index, domain in enumerate(domains):
        place = f"{key}[{index}]"
        bad_name = address.check_domain(domain.name, f"{place}.name")
        findings += bad_name + _check_syntax(domain, place)
        readable.append(None if bad_name else _readable(domain))
    for index, found in enumerate(readable):
        findings += _check_twice(domains[index], f"{key}[{index}]")
        if found is not None:
            findings += _advise(found, f"{key}[{index}]") if found.complete else []
    return findings + check_routes(readable, key)


def _check_syntax(domain: Domain, key: str) -> list[Finding]:
    findings: list[Finding] = []
    for index, account in enumerate(domain.accounts):
        findings += address.check_account(account, f"{key}.accounts[{index}]")
    for left, right in domain.aliases.items():
        place = f"{key}.aliases.{left}"
        findings += address.check(name, left, place)
        if not right:
            cure = "name one, or remove the alias"
            findings.append(_finding("alias-empty", place, "it goes nowhere", cure))
        for one in right:
            findings += address.check(target, one, place)
    return findings


def _readable(domain: Domain) -> Domain:
    """Return ``domain`` without the entries that cannot be read."""
    accounts = [one for one in domain.accounts if not address.check_account(one, "")]
    aliases = {
        left: [one for one in right if not address.check(target, one, "")]
        for left, right in domain.aliases.items()
        if not address.check(name, left, "")
    }
    whole = len(accounts) == len(domain.accounts) and len(aliases) == len(domain.aliases)
    return Domain(
        name=domain.name, accounts=accounts, aliases=aliases, complete=whole and domain.complete
    )


def _check_twice(domain: Domain, key: str) -> list[Finding]:
    findings: list[Finding] = []
    served: dict[str, int] = {}
    for index, written in enumerate(domain.accounts):
        if address.check_account(written, ""):
            continue
        account = address.account(written)
        if account in served:
            reason = f"{account} is given twice"
            place = f"{key}.accounts[{index}]"
            findings.append(_finding("account-twice", place, reason, "remove one of them"))
        served.setdefault(account, index)
    seen: dict[str, str] = {}
    for left in domain.aliases:
        if address.check(name, left, ""):
            continue
        plain = address.without_dropped(name(left))
        if plain in seen:
            reason = (
                f"{left!r} and {seen[plain]!r} are one to chasquid, which ignores dots and case"
            )
            cure = "put their targets into one list"
            findings.append(_finding("alias-twice", f"{key}.aliases.{left}", reason, cure))
        seen[plain] = left
    return findings


def _advise(domain: Domain, key: str) -> list[Finding]:
    place = f"{key}.aliases"
    reached = {address.without_dropped(left) for left in expand(domain)}
    findings = []
    for account in map(address.account, domain.accounts):
        if address.without_dropped(account) not in reached:
            reason = f"mail to {account}@{domain.name} is returned: the server keeps no mailboxes"
            cure = f'forward it: {account}: "you@elsewhere.example"'
            findings.append(_finding("account-unreachable", place, reason, cure, "advice"))
    if not reached & {CATCH_ALL, "postmaster"}:
        reason = f"nobody reads postmaster@{domain.name}, where others report trouble"
        cure = f'add postmaster (or "*") to {place}'
        source = "RFC 5321 §4.5.1"
        findings.append(_finding("no-postmaster", place, reason, cure, "advice", source))
    return findings


def _finding(
    rule: str,
    key: str,
    reason: str,
    cure: str,
    level: Literal["error", "advice"] = "error",
    source: str = SOURCE,
) -> Finding:
    return Finding(id=rule, key=key, reason=reason, cure=cure, source=source, level=level)
