"""The passwords that a stack gives to its accounts: checked in plain text, and never shown."""

import json
from collections.abc import Mapping

from mail import address, password
from mail.address import AddressError, suggest
from mail.finding import Finding
from mail.rule import Rule
from settings.key_paths import printable
from settings.recover import Recovered
from settings.stack_file import SOURCE

KEY = "passwords"

SHAPE = Rule(
    id="passwords-shape",
    source=SOURCE,
    why="The secret tapal:passwords is a JSON mapping of addresses to passwords.",
    cure="""pulumi config set --secret tapal:passwords '{"me@example.com": "…"}'""",
)
TWICE = Rule(
    id="passwords-twice",
    source=SOURCE,
    why="An account has one password; spellings that mean the same address count as one.",
    cure="remove one of them",
)
WITHOUT_ACCOUNT = Rule(
    id="password-without-account",
    source=SOURCE,
    why="A password for an address that is not an account of the stack opens nothing.",
    cure="add it to a domain's accounts",
)


def read(text: str | None) -> tuple[dict[str, str], list[Finding]]:
    """Return each address with its password, and what is wrong with ``text``, a JSON mapping.

    Addresses are in their normal form, as accounts are.
    """
    if not text:
        return {}, []
    try:
        values = json.loads(text)
    except (ValueError, RecursionError):
        values = None
    if not isinstance(values, dict):
        return {}, [SHAPE.found(KEY, reason="it is not a mapping of addresses")]
    given: dict[str, str] = {}
    findings: list[Finding] = []
    for name, plain in values.items():
        key = f"{KEY}[{printable(name)}]"
        normal = _normal(name)
        if not isinstance(plain, str):
            reason = "the password is not text"
            findings.append(SHAPE.found(key, reason=reason, cure="put it in quotes"))
        elif normal in given:
            findings.append(TWICE.found(key, reason=f"{normal} is given twice"))
        else:
            given[normal] = plain
    return given, findings


def check(given: Mapping[str, str], stack: Recovered) -> list[Finding]:
    """Return what is wrong with the passwords, for the accounts that ``stack`` has."""
    findings: list[Finding] = []
    domains = stack.settings.domains
    accounts = [f"{name}@{domain.name}" for domain in domains for name in domain.accounts]
    knows_all = _knows_all(stack)
    for name, plain in given.items():
        key = f"{KEY}[{printable(name)}]"
        findings += password.check(plain, key, [name])
        if knows_all and name not in accounts:
            near = suggest(name, accounts)
            cure = f"did you mean {near!r}?" if near else None
            reason = "no domain has that account"
            findings.append(WITHOUT_ACCOUNT.found(key, reason=reason, cure=cure))
    return findings


def _knows_all(stack: Recovered) -> bool:
    places = [f"domains[{index}]" for index in range(len(stack.settings.domains))]
    whole = [stack.is_whole(f"{place}.{what}") for place in places for what in ("name", "accounts")]
    return "domains" not in stack.unreadable and all(whole)


def _normal(name: str) -> str:
    try:
        return address.mailbox(name)
    except AddressError:
        return name
