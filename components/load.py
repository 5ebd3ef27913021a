"""Reads the stack's configuration from Pulumi, or refuses it whole, with every problem at once."""

from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass

import pulumi
from pulumi.runtime.config import CONFIG, is_config_secret

from components.refusal import refuse
from mail import dmarc, finding
from mail.finding import Finding
from settings import credentials, given_passwords, stack_file
from settings.check import SECRET, Checked, check_config
from settings.rules import ignore, other_stacks
from settings.settings import Host, Settings
from settings.shown import named
from settings.ssh_target import ConfigReader, SshTarget, SshTargetError, read_ssh_target
from settings.stray_keys import PREFIX

Passwords = Callable[[str], pulumi.Output[str] | None]


@dataclass(frozen=True, kw_only=True)
class Stack:
    """A stack that may be brought up.

    Attributes:
        settings: what its file says.
        host: its own host, or that of ``tapal:hostStack``.
        ssh_target: how to log in to that host.
        passwords: returns the password that the stack gives an address; None to generate one.
    """

    settings: Settings
    host: Host
    ssh_target: SshTarget
    passwords: Passwords


def load(config: pulumi.Config) -> Stack:
    """Return the stack's settings and what belongs to them.

    Raises:
        Refusal: something is wrong with them; the message lists everything, with cures.
    """
    checked = check_config(_values(), name=pulumi.get_stack())
    problems = [*checked.findings]
    own_host = checked.settings.host if checked.settings else None
    problems += other_stacks.check(own_host, pulumi.get_stack(), stack_file.readable())
    given, unreadable = given_passwords.read(config.get(given_passwords.KEY))
    if given_passwords.KEY not in {one.key for one in problems}:
        problems += [*unreadable, *given_passwords.check(given, checked.readable)]
    problems += _credential_problems(checked, {one.key for one in problems})
    errors = finding.errors(problems)
    if checked.settings is None or checked.host is None or errors:
        refuse(finding.refusal(named(errors, checked.readable.settings.domains)))
    try:
        ssh_target = read_ssh_target(_getter(config))
    except SshTargetError as error:
        refuse(finding.refusal([error.finding]))
    # Consent to reports is looked up in the DNS (`components.preflight.dns_checks`).
    known = [one for one in problems if one.id != dmarc.CONSENT.id]
    warn(known, checked.settings)
    passwords = _passwords(config, frozenset(given))
    return Stack(
        settings=checked.settings, host=checked.host, ssh_target=ssh_target, passwords=passwords
    )


def warn(problems: Sequence[Finding], settings: Settings) -> None:
    """Show the warnings among ``problems``, each once, but for those of `tapal:ignore`."""
    shown = finding.warnings(ignore.shown(problems, settings.ignore))
    for one in dict.fromkeys(named(shown, settings.domains)):
        key = f"tapal:{one.key}: " if one.key else ""
        pulumi.log.warn(f"{key}{one.reason}. Cure: {one.cure}. Rule: {one.id}.")


def _values() -> dict[str, object]:
    """Return the stack's configuration as the engine gives it, each secret replaced by a mark."""
    return {key: SECRET if is_config_secret(key) else text for key, text in CONFIG.get().items()}


def _getter(config: pulumi.Config) -> ConfigReader:
    return lambda key: config.get(key.removeprefix(PREFIX))


def _credential_problems(checked: Checked, known: Container[str]) -> list[Finding]:
    """Return which credentials are missing, unless their key has a finding already."""
    host = checked.host or checked.readable.settings.host
    key_file = host.ssh.key_file if host else None
    found = credentials.check(CONFIG.get().get, pulumi.get_stack(), key_file)
    return [one for one in found if one.key not in known]


def _passwords(config: pulumi.Config, given: frozenset[str]) -> Passwords:
    """Return a look-up of the given password of an address; None where one is to be generated."""
    secret = config.get_secret(given_passwords.KEY)

    def find(address: str) -> pulumi.Output[str] | None:
        if secret is None or address not in given:
            return None
        return secret.apply(lambda text: given_passwords.read(text)[0][address])

    return find
