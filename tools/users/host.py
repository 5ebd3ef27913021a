"""Asks the gate's record on the server (`mail.gate.usage`)."""

import contextlib
import json
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mail import address
from mail.address import AddressError
from settings import stack_file
from settings.ssh_target import ConfigReader, read_ssh_target
from ssh.connection import session

PROGRAM = "/usr/local/lib/tapal/gate"
COMMAND = f"cd {PROGRAM} && exec /usr/bin/python3 -S -B -m mail.gate.usage"
PATIENCE = 15.0  # seconds for a server that does not answer


class HostError(RuntimeError):
    """The server has no answer, or a secret of the stack cannot be read; the message says why."""


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
    target = read_ssh_target(_reader(stack, config))
    done = session(target).run(["sh", "-c", COMMAND], patience=PATIENCE)
    if done.status:
        said = _last(done.stderr.decode("utf-8", errors="replace"))
        raise HostError(
            f"{target.address} cannot say what accounts send: {said}. Has it this version of "
            f"tapal? make up STACK={stack}"
        )
    raw = json.loads(done.stdout)
    return read(raw if config.get("tapal:host") else _only(raw, _domains(config)))


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


def _only(raw: Mapping[str, Any], domains: set[str]) -> Mapping[str, Any]:
    own = [one for one in raw["accounts"] if one["account"].rpartition("@")[2] in domains]
    return {**raw, "accounts": own}


def _domains(config: stack_file.Config) -> set[str]:
    domains = config.get("tapal:domains")
    found = domains if isinstance(domains, list) else []
    names: set[str] = set()
    for one in found:
        with contextlib.suppress(AttributeError, AddressError):  # `make lint-stacks` says it
            names.add(address.domain(one.get("name")))
    return names


def _reader(stack: str, config: stack_file.Config) -> ConfigReader:
    def get(key: str) -> object:
        value = config.get(key)
        return _secret(stack, key) if stack_file.is_secret(value) else value

    return get


def _secret(stack: str, key: str) -> str:
    """Return a secret of the stack, which only `pulumi` can decrypt."""
    command = ["pulumi", "config", "get", "--stack", stack, key]
    try:
        done = subprocess.run(
            command, cwd=stack_file.PROJECT, capture_output=True, text=True, check=False
        )
    except OSError as error:
        raise HostError(
            f"tapal's secrets are read by pulumi, which cannot be run: {error}"
        ) from None
    if done.returncode:
        raise HostError(f"{key} cannot be read: {_last(done.stderr)}")
    return done.stdout


def _last(said: str) -> str:
    return (said.strip().splitlines() or ["no message"])[-1]
