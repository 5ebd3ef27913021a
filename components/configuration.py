"""Reads Pulumi's configuration into `Settings`, or refuses it whole with every problem at once."""

from collections.abc import Callable, Container, Iterable
from dataclasses import dataclass

import pulumi
from pulumi.runtime.config import CONFIG, is_config_secret

from components import access, given_passwords, stack_check
from components.other_keys import PREFIX
from components.reach import ConfigReader, Reach, ReachError, read_reach
from components.settings import Host, Settings
from components.stack_check import SECRET, Checked
from mail import dmarc, finding
from mail.finding import Finding

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
    checked = stack_check.check(_values(), name=pulumi.get_stack())
    problems = list(checked.findings)
    given, unreadable = given_passwords.read(config.get(given_passwords.KEY))
    if given_passwords.KEY not in {one.key for one in problems}:
        problems += [*unreadable, *given_passwords.check(given, checked.readable)]
    problems += _access_problems(checked, {one.key for one in problems})
    errors = finding.errors(problems)
    if checked.settings is None or checked.host is None or errors:
        raise pulumi.RunError(refusal(errors))
    try:
        reach = read_reach(_getter(config))
    except ReachError as error:
        raise pulumi.RunError(refusal([error.finding])) from error
    # Consent to reports is looked up, with all else that the DNS knows (`components.live`).
    advise(one for one in problems if one.id != dmarc.CONSENT)
    passwords = _passwords(config, frozenset(given))
    return Stack(settings=checked.settings, host=checked.host, reach=reach, passwords=passwords)


def refusal(errors: Iterable[Finding], subject: str = "the stack's configuration has") -> str:
    """Return what a person is told of ``errors`` that stop the run; ``subject`` has them."""
    listed = list(errors)
    things = "1 thing" if len(listed) == 1 else f"{len(listed)} things"
    return f"{subject} {things} to put right; nothing was touched:\n{finding.render(listed)}"


def advise(problems: Iterable[Finding]) -> None:
    """Show what is worth knowing among ``problems`` as warnings."""
    for advice in finding.advice(problems):
        key = f"tapal:{advice.key}: " if advice.key else ""
        pulumi.log.warn(f"{key}{advice.reason}. Cure: {advice.cure}.")


def _values() -> dict[str, object]:
    """Return the stack's configuration as the engine gives it, a mark in each secret's place."""
    return {key: SECRET if is_config_secret(key) else text for key, text in CONFIG.get().items()}


def _getter(config: pulumi.Config) -> ConfigReader:
    return lambda key: config.get(key.removeprefix(PREFIX))


def _access_problems(checked: Checked, known: Container[str]) -> list[Finding]:
    """Return what keeps host or zone shut, unless something is found at its place already."""
    host = checked.host or checked.readable.settings.host
    key_file = host.ssh.key_file if host else None
    found = access.check(CONFIG.get().get, pulumi.get_stack(), key_file)
    return [one for one in found if one.key not in known]


def _passwords(config: pulumi.Config, given: frozenset[str]) -> Passwords:
    """Return a look-up of the given password of an address; None where one is to be generated."""
    secret = config.get_secret(given_passwords.KEY)

    def find(address: str) -> pulumi.Output[str] | None:
        if secret is None or address not in given:
            return None
        return secret.apply(lambda text: given_passwords.read(text)[0][address])

    return find
