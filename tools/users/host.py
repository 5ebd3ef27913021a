"""Asks the gate's record on the server (`mail.gate.usage`)."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from settings import stack_file
from tools import own_stack
from tools.on_host import run

PROGRAM = "/usr/local/lib/tapal/gate"
COMMAND = f"cd {PROGRAM} && exec /usr/bin/python3 -S -B -m mail.gate.usage"


@dataclass(frozen=True, kw_only=True)
class Account:
    """What one account sends; times are Unix seconds, 0 for never.

    Attributes:
        name: ``user@domain``.
        in_minute: mails of the last minute.
        in_hour: mails of the last hour.
        recipients: recipients of the last 24 hours.
        strangers: those of them that it had never written to before.
        most_recipients: how many it may have.
        most_strangers: how many of them may be strangers.
        last: when its last mail was taken.
        denied: since when it is shut out, and why; empty if it is not.
    """

    name: str
    in_minute: int
    in_hour: int
    recipients: int
    strangers: int
    most_recipients: int
    most_strangers: int
    last: float
    denied: str


@dataclass(frozen=True, kw_only=True)
class Usage:
    """What the server says.

    Attributes:
        now: the server's time.
        accounts: the accounts, by name.
        raw: the same as the server gave it.
    """

    now: float
    accounts: Sequence[Account]
    raw: Mapping[str, Any]


def ask(stack: str) -> Usage:
    """Return what the accounts of ``stack`` send.

    A stack with a server of its own sees all accounts on it, another one those of its domains.

    Raises:
        StackFileError: there is no such stack.
        SshTargetError: the stack does not say how to reach its server.
        SshError: the server cannot be reached.
        HostError: it has no answer.
    """
    config = stack_file.config(stack)
    raw = json.loads(run(stack, ["sh", "-c", COMMAND]))
    return read(raw if config.get("tapal:host") else _only(raw, own_stack.domains(config)))


def read(raw: Mapping[str, Any]) -> Usage:
    """Return what the server gave as JSON."""
    return Usage(now=raw["now"], accounts=[_account(one) for one in raw["accounts"]], raw=raw)


def _account(one: Mapping[str, Any]) -> Account:
    limits = one["limits"]
    return Account(
        name=one["account"],
        in_minute=one["mailsInMinute"],
        in_hour=one["mailsInHour"],
        recipients=one["recipientsInDay"],
        strangers=one["strangersInDay"],
        most_recipients=limits["recipientsPerDay"],
        most_strangers=limits["strangersPerDay"],
        last=one["lastMail"],
        denied=one["denied"] or ("just now" if one["isBeingDenied"] else ""),
    )


def _only(raw: Mapping[str, Any], domains: frozenset[str]) -> Mapping[str, Any]:
    own = [one for one in raw["accounts"] if one["account"].rpartition("@")[2] in domains]
    return {**raw, "accounts": own}
