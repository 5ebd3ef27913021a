"""Reads a stack's server: one round trip over SSH, and the stack's history beside it."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from facts import activity, snapshot
from facts.snapshot import Snapshot, SnapshotError
from mail.chasquid import log, mails, queue
from mail.chasquid.mails import Mail
from mail.chasquid.queue import Waiting
from settings import stack_file
from tools import on_host, own_stack, pulumi
from tools.on_host import HostError
from tools.pulumi import PulumiError
from tools.status.check import Check, checks, update

LAST = 10  # mails that are shown


@dataclass(frozen=True, kw_only=True)
class Status:
    """How a server is.

    Attributes:
        stack: the stack.
        host: the server's name.
        now: the server's time, in seconds since 1970.
        checks: what was looked at.
        waiting: the mail that waits, the oldest first.
        last: the last mails, the latest first.
        updated: the stack's last update as its history has it; empty if there was none, or if the
            history cannot be read from here.
    """

    stack: str
    host: str
    now: float
    checks: Sequence[Check]
    waiting: Sequence[Waiting]
    last: Sequence[Mail]
    updated: Mapping[str, Any]


def ask(stack: str) -> Status:
    """Return how the server of ``stack`` is.

    A stack on another one's server sees the mail of its own domains.

    Raises:
        StackFileError: there is no such stack.
        SshTargetError: the stack does not say how to reach its server.
        PulumiError: a secret of the stack cannot be read.
        SshError: the server cannot be reached.
        HostError: it has no whole answer.
    """
    config = stack_file.config(stack)
    with ThreadPoolExecutor(max_workers=1) as aside:
        updated = aside.submit(_last_update, stack)
        answer = on_host.run(stack, activity.command())
    own = None if config.get("tapal:host") else own_stack.domains(config)
    return read(answer, stack, own_stack.host_name(config), updated.result(), own)


def read(
    answer: str, stack: str, host: str, updated: Mapping[str, Any], own: frozenset[str] | None
) -> Status:
    """Return what a server's ``answer`` says, of the domains ``own`` or of all.

    Raises:
        HostError: it is not whole.
    """
    try:
        found = snapshot.parse(answer.encode())
    except SnapshotError as error:
        raise HostError(f"the server's answer is not whole: {error}") from None
    waiting = sorted(_waiting(found), key=lambda one: one.since)
    seen = mails.gather(log.read(found.values("log")))
    if own is not None:
        waiting = [one for one in waiting if _is_about(one, own)]
        seen = [one for one in seen if one.is_about(own)]
    return Status(
        stack=stack,
        host=host,
        now=float(found.value("clock") or 0),
        checks=[*checks(found, stack, host), update(updated, stack)],
        waiting=waiting,
        last=sorted(seen, key=lambda one: one.seen, reverse=True)[:LAST],
        updated=updated,
    )


def _last_update(stack: str) -> Mapping[str, Any]:
    try:
        return pulumi.last_update(stack)
    except PulumiError:  # the state may be elsewhere, and the server is there all the same
        return {}


def _waiting(found: Snapshot) -> list[Waiting]:
    """Return the queue: each file begins with a line ``waiting``, in the order of the answer."""
    files: list[list[str]] = []
    for line in found.values("item"):
        # chasquid writes the id first, and nothing else is called so.
        if line.startswith("ID:"):
            files.append([])
        if files:
            files[-1].append(line)
    return [one for one in map(queue.read, files) if one]


def _is_about(one: Waiting, domains: frozenset[str]) -> bool:
    addresses = (one.sender, *(address for address, _ in one.recipients))
    return any(address.rpartition("@")[2].lower() in domains for address in addresses)
