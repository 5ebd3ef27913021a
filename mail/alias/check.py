"""What is wrong with the aliases of a server's domains, which may point to each other."""

from collections.abc import Sequence

from mail import address
from mail.alias.entry import CATCH_ALL, SOURCE, DomainAddresses, expand, name, target
from mail.alias.routes import check_routes
from mail.finding import Finding
from mail.rule import Rule

EMPTY = Rule(
    id="alias-empty",
    source=SOURCE,
    why="An alias without a target delivers its mail to nobody.",
    cure="name one, or remove the alias",
)
ACCOUNT_TWICE = Rule(
    id="account-twice",
    source=SOURCE,
    why="A name belongs to one account of its domain; upper and lower case make no difference.",
    cure="remove one of them",
)
ALIAS_TWICE = Rule(
    id="alias-twice",
    source=SOURCE,
    why="chasquid ignores dots and case in an alias's name, so two that differ in nothing else "
    "are one alias.",
    cure="put their targets into one list",
)
UNREACHABLE = Rule(
    id="account-unreachable",
    source=SOURCE,
    level="warning",
    why="The server keeps no mailboxes: mail to an account that no alias forwards is returned.",
    cure='forward it: an alias for the account, or "*" for all addresses of the domain',
)
NO_POSTMASTER = Rule(
    id="no-postmaster",
    source="RFC 5321 §4.5.1",
    level="warning",
    why="Others report trouble with a domain's mail to its postmaster, so somebody must read it.",
    cure='add postmaster (or "*") to the domain\'s aliases',
)


def check(domains: Sequence[DomainAddresses], key: str = "domains") -> list[Finding]:
    """Return what is wrong with the aliases of all ``domains``, which may point to each other.

    The key of domain number 0's alias ``x`` is ``domains[0].aliases.x``. What cannot be read is
    left out of the rest of the check.
    """
    findings: list[Finding] = []
    readable: list[DomainAddresses | None] = []
    for index, domain in enumerate(domains):
        place = f"{key}[{index}]"
        bad_name = address.check_domain(domain.name, f"{place}.name")
        findings += bad_name + _check_syntax(domain, place)
        readable.append(None if bad_name else _readable(domain))
    for index, found in enumerate(readable):
        findings += _check_twice(domains[index], f"{key}[{index}]")
        if found is not None and found.complete:
            findings += _warn(found, f"{key}[{index}]")
    return findings + check_routes(readable, key)


def _check_syntax(domain: DomainAddresses, key: str) -> list[Finding]:
    findings: list[Finding] = []
    for index, account in enumerate(domain.accounts):
        findings += address.check_account(account, f"{key}.accounts[{index}]")
    for left, right in domain.aliases.items():
        place = f"{key}.aliases.{left}"
        findings += address.check(name, left, place)
        if not right:
            findings.append(EMPTY.found(place, reason="it goes nowhere"))
        for one in right:
            findings += address.check(target, one, place)
    return findings


def _readable(domain: DomainAddresses) -> DomainAddresses:
    """Return ``domain`` without the entries that cannot be read."""
    accounts = [one for one in domain.accounts if not address.check_account(one, "")]
    aliases = {
        left: [one for one in right if not address.check(target, one, "")]
        for left, right in domain.aliases.items()
        if not address.check(name, left, "")
    }
    whole = len(accounts) == len(domain.accounts) and len(aliases) == len(domain.aliases)
    return DomainAddresses(
        name=domain.name, accounts=accounts, aliases=aliases, complete=whole and domain.complete
    )


def _check_twice(domain: DomainAddresses, key: str) -> list[Finding]:
    findings: list[Finding] = []
    served: dict[str, int] = {}
    for index, written in enumerate(domain.accounts):
        if address.check_account(written, ""):
            continue
        account = address.account(written)
        if account in served:
            reason = f"{account} is given twice"
            place = f"{key}.accounts[{index}]"
            findings.append(ACCOUNT_TWICE.found(place, reason=reason))
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
            findings.append(ALIAS_TWICE.found(f"{key}.aliases.{left}", reason=reason))
        seen[plain] = left
    return findings


def _warn(domain: DomainAddresses, key: str) -> list[Finding]:
    """Return warnings about addresses whose mail nobody reads."""
    place = f"{key}.aliases"
    reached = {address.without_dropped(left) for left in expand(domain)}
    findings = []
    for account in map(address.account, domain.accounts):
        if address.without_dropped(account) not in reached:
            reason = f"mail to {account}@{domain.name} is returned: the server keeps no mailboxes"
            cure = f'forward it: {account}: "you@elsewhere.example"'
            findings.append(UNREACHABLE.found(place, reason=reason, cure=cure))
    if not reached & {CATCH_ALL, "postmaster"}:
        reason = f"nobody reads postmaster@{domain.name}, where others report trouble"
        cure = f'add postmaster (or "*") to {place}'
        findings.append(NO_POSTMASTER.found(place, reason=reason, cure=cure))
    return findings
