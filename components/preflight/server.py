"""Looks at the server before the first `up`: one dial, one script that only reads, all at once.

Only then: later the resources on the host are read back at each preview, and what else runs there
has been judged.
"""

import os
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from components.load import Stack
from components.preflight import server_ports, server_system
from facts import survey
from facts.survey import SurveyError
from mail.finding import Finding
from mail.resolve import Resolve, UnansweredError
from settings.rules import server as rules
from settings.settings import Host, Settings
from settings.ssh_target import SshTarget

# Seconds to dial, and for the script: a whole preview that finds nobody there takes 15 at most.
PATIENCE = 6.0
LIMIT = 10.0
# Who is known to answer on port 25 everywhere, for who writes to nobody else yet.
WELL_KNOWN = ("gmail-smtp-in.l.google.com", "outlook-com.olc.protection.outlook.com")
OTHERS = 3  # domains whose exchangers are tried besides
ON_HOST = "tapal:host:Host$"
_OTHER_USER = re.compile(r'login as the user "([a-z_][a-z0-9_-]*)"', re.IGNORECASE)
_LONGEST = 120
_CURE = rules.SILENT.cure


class UnseenError(Exception):
    """The server cannot be looked at; ``finding`` says why."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.reason)
        self.finding = finding


def is_first_run(settings: Settings, resources: Mapping[str, Mapping[str, Any]]) -> bool:
    """Return whether the stack owns a server, and its state has nothing on it yet.

    Args:
        settings: what the stack says.
        resources: its state, by URN.
    """
    return settings.host is not None and not any(ON_HOST in urn for urn in resources)


def check(stack: Stack, resolve: Resolve) -> list[Finding]:
    """Return what stands in the way on the stack's server, and what is worth knowing of it.

    Args:
        stack: what is to be brought up.
        resolve: how to ask the DNS for other servers to connect to.
    """
    address = stack.host.ipv6.address if stack.host.ipv6 else ""
    command = survey.command(address, exchangers(stack.settings, resolve))
    try:
        answer = ask(stack.ssh_target, command)
        return judge(answer, stack.host, stack.ssh_target, time.time())
    except UnseenError as error:
        return [error.finding]


def judge(answer: str, host: Host, target: SshTarget, now: float) -> list[Finding]:
    """Return what speaks against a server that gave ``answer`` at the time ``now``.

    Raises:
        UnseenError: it cannot be understood.
    """
    try:
        found = survey.parse(answer)
    except SurveyError as error:
        raise UnseenError(_unreadable(error.said, target)) from error
    return [
        *server_system.check(found, host, now),
        *server_ports.check(found, host, target.port),
    ]


def ask(target: SshTarget, command: list[str]) -> str:
    """Return what ``command`` prints on the server, run by whoever logs in.

    Raises:
        UnseenError: nobody answers, it is another server, or it lets us not in.
    """
    # Imported here: it costs 0.3 s, and later runs of the program never need it.
    from ssh.connection import (  # noqa: PLC0415
        CutOffError,
        HostKeyError,
        LoginError,
        SshError,
        fresh_session,
    )

    heard: list[str] = []
    try:
        with fresh_session(replace(target, as_root=False)) as session:
            done = session.run(command, patience=PATIENCE, limit=LIMIT, hear=heard.append)
    except CutOffError as error:
        raise UnseenError(_unreadable("\n".join(heard), target, error)) from error
    except HostKeyError as error:
        raise UnseenError(_host_key(target)) from error
    except LoginError as error:
        raise UnseenError(_login(target)) from error
    except SshError as error:
        raise UnseenError(_silent(target, error.__cause__ or error)) from error
    return (done.stdout + done.stderr).decode("utf-8", errors="replace")


def exchangers(settings: Settings, resolve: Resolve) -> list[str]:
    """Return servers that should answer on port 25: of whom the stack writes to, and well-known."""
    found: dict[str, None] = {}
    for domain in list(dict.fromkeys(_correspondents(settings)))[:OTHERS]:
        try:
            answer = [name for name in resolve(domain, "MX") if name]
        except UnansweredError:
            continue
        found.update(dict.fromkeys(sorted(answer)[:1]))
    return [*found, *(name for name in WELL_KNOWN if name not in found)]


def _correspondents(settings: Settings) -> Iterator[str]:
    """Yield the domains of addresses elsewhere that the settings name."""
    own = {domain.name for domain in settings.domains}
    named = [settings.acme.email] if settings.acme else []
    named += [one for domain in settings.domains for to in domain.aliases.values() for one in to]
    for one in named:
        domain = one.rpartition("@")[2]
        if "@" in one and " " not in one and domain not in own:
            yield domain


def _silent(target: SshTarget, cause: BaseException) -> Finding:
    reason = f"{target.address} port {target.port} gives no SSH within {PATIENCE:.0f} s "
    reason += f"({_said(cause)})"
    cure = None
    if "onnection lost" in str(cause) or isinstance(cause, ConnectionResetError):
        # OpenSSH's PerSourcePenalties, which Debian 13 has.
        cure = f"wait some minutes: after refused logins sshd hangs up at once; else: {_CURE}"
    return rules.SILENT.found("host.ssh", reason=reason, cure=cure)


def _said(cause: BaseException) -> str:
    if isinstance(cause, TimeoutError):
        return "no answer"
    if isinstance(cause, OSError) and cause.errno:
        return os.strerror(cause.errno)
    return str(cause) or type(cause).__name__


def _host_key(target: SshTarget) -> Finding:
    reason = f"{target.address} has another key than the pinned one, so nothing was sent"
    return rules.HOST_KEY.found("host.ssh.hostKey", reason=reason)


def _login(target: SshTarget) -> Finding:
    reason = f"{target.address} refuses the login as {target.user} with this key"
    return rules.LOGIN.found("host.ssh.user", reason=reason)


def _unreadable(said: str, target: SshTarget, broken: BaseException | None = None) -> Finding:
    """Return what keeps whoever logs in from getting a shell."""
    if match := _OTHER_USER.search(said):
        reason = f"{target.address} lets nobody in as {target.user}, and says to be {match[1]}"
        cure = f"write user: {match[1]}"
        return rules.LOGIN.found("host.ssh.user", reason=reason, cure=cure)
    if broken:
        reason = str(broken).partition(". ")[0]
        return rules.UNREADABLE.found("host.ssh", reason=reason, cure="see its load, and try again")
    lines: Sequence[str] = [line for line in said.splitlines() if line.strip()]
    shown = lines[0].strip()[:_LONGEST] if lines else "nothing"
    return rules.UNREADABLE.found(
        "host.ssh", reason=f"what the server answers is not understood: {shown!r}"
    )
