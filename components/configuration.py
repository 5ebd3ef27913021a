"""Reads Pulumi's configuration into `Settings`, or refuses it whole with every problem at once."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import pulumi
from pulumi.runtime.config import CONFIG, is_config_secret

from components import stack_check
from components.reach import Reach, ReachError, read_reach
from components.settings import Host, Settings
from components.stack_check import PREFIX, SECRET
from mail import finding, password
from mail.address import suggest
from mail.finding import Finding

STRUCTURED = ("host", "acme", "server", "domains", "allow")
Passwords = Callable[[str], pulumi.Output[str] | None]


@dataclass(frozen=True, kw_only=True)
class Stack:
    """A stack that may be brought up.

    Attributes:
        settings: what its file says.
        host: its own host, or that of ``tapal:hostStack``.
        reach: the way to that host.
        passwords: gives the password that the stack gives an address, or None.
    """

    settings: Settings
    host: Host
    reach: Reach
    passwords: Passwords


def load(config: pulumi.Config) -> Stack:
    """Return the stack's settings and what belongs to them.

    Raises:
        pulumi.RunError: something is wrong with them; the message lists everything, with cures.
    """
    values, problems = _values()
    checked = stack_check.check(values, name=pulumi.get_stack())
    given = _given(config)
    problems += [*checked.findings, *_passwords_findings(given, checked.settings)]
    reach: Reach | None = None
    try:
        reach = read_reach(lambda key: config.get(key.removeprefix(PREFIX)))
    except ReachError as error:
        if checked.host is not None:
            problems.append(error.finding)
    errors = finding.errors(problems)
    if checked.settings is None or checked.host is None or reach is None or errors:
        raise pulumi.RunError(refusal(errors))
    for advice in finding.advice(problems):
        pulumi.log.warn(f"tapal:{advice.key}: {advice.reason}. Cure: {advice.cure}.")
    passwords = _passwords(config, frozenset(given))
    return Stack(settings=checked.settings, host=checked.host, reach=reach, passwords=passwords)


def refusal(errors: Iterable[Finding]) -> str:
    """Return what a person is told whose stack has ``errors``."""
    listed = list(errors)
    things = "1 thing" if len(listed) == 1 else f"{len(listed)} things"
    return (
        f"the stack's configuration has {things} to put right; nothing was touched:\n"
        + finding.render(listed)
    )


def _values() -> tuple[dict[str, object], list[Finding]]:
    """Return the stack's ``tapal:`` keys as plain data, a mark for each secret, and what is odd."""
    values: dict[str, object] = {}
    problems: list[Finding] = []
    for key, text in CONFIG.get().items():
        name = key.removeprefix(PREFIX)
        if not key.startswith(PREFIX):
            continue
        if is_config_secret(key):
            values[key] = SECRET
        elif name in STRUCTURED:
            try:
                values[key] = json.loads(text)
            except json.JSONDecodeError:
                problems.append(_not_structured(name))
        else:
            values[key] = text
    return values, problems


def _passwords(config: pulumi.Config, given: frozenset[str]) -> Passwords:
    """Return a look-up of the given password of an address; None where one is to be generated."""
    secret = config.get_secret("passwords")

    def find(address: str) -> pulumi.Output[str] | None:
        if secret is None or address not in given:
            return None
        return secret.apply(lambda text: str(json.loads(text)[address]))

    return find


def _given(config: pulumi.Config) -> dict[str, str]:
    """Return the given passwords in clear: to be looked at here, and to go nowhere."""
    text = config.get("passwords")
    given = json.loads(text) if text else {}
    return given if isinstance(given, dict) else {}


def _passwords_findings(given: Mapping[str, str], settings: Settings | None) -> list[Finding]:
    findings: list[Finding] = []
    if settings is None:
        return findings
    accounts = [f"{name}@{domain.name}" for domain in settings.domains for name in domain.accounts]
    for address, plain in given.items():
        findings += password.check(plain, f"passwords[{address}]")
        if address not in accounts:
            near = suggest(address, accounts)
            findings.append(
                Finding(
                    id="password-without-account",
                    key=f"passwords[{address}]",
                    reason="no domain has that account",
                    cure=f"did you mean {near!r}?" if near else "add it to a domain's accounts",
                )
            )
    return findings


def _not_structured(key: str) -> Finding:
    return Finding(
        id="settings-shape",
        key=key,
        reason="it is a plain word where a structure is expected",
        cure="write it in the stack's file as stacks/Pulumi.example.com.yaml shows",
    )
