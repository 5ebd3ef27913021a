"""Reads Pulumi's configuration into `Settings`, or refuses it whole with every problem at once."""

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import pulumi
from pulumi.runtime.config import get_config, is_config_secret
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from components import rules
from components.reach import Reach, ReachError, read_reach
from components.settings import Model, Settings
from mail import finding, password
from mail.address import suggest
from mail.finding import Finding

KEYS = ("host", "acme", "server", "domains", "allow")


SECRET_KEYS = ("sshPrivateKey", "passwords")
Passwords = Callable[[str], pulumi.Output[str] | None]


def load(config: pulumi.Config) -> tuple[Settings, Reach, Passwords]:
    """Return the stack's settings, the way to its host, and the look-up of given passwords.

    Raises:
        pulumi.RunError: something is wrong with them; the message lists everything, with cures.
    """
    settings, problems = _settings(config)
    reach: Reach | None = None
    try:
        reach = read_reach(lambda key: config.get(key.removeprefix("tapal:")))
    except ReachError as error:
        if settings is not None:
            problems.append(error.finding)
    problems += _in_clear() + _passwords_findings(config, settings)
    errors = finding.errors(problems)
    if settings is None or reach is None or errors:
        raise pulumi.RunError(_message(errors))
    for advice in finding.advice(problems):
        pulumi.log.warn(f"tapal:{advice.key}: {advice.reason}. Cure: {advice.cure}.")
    return settings, reach, _passwords(config)


def _settings(config: pulumi.Config) -> tuple[Settings | None, list[Finding]]:
    raw: dict[str, Any] = {}
    problems: list[Finding] = []
    for key in KEYS:
        text = config.get(key)
        if text is None:
            continue
        try:
            raw[key] = json.loads(text)
        except json.JSONDecodeError:
            problems.append(_not_structured(key))
    settings, findings = check(raw)
    return settings, problems + findings


def check(raw: Mapping[str, Any]) -> tuple[Settings | None, list[Finding]]:
    """Check a whole stack, given as plain data.

    Returns:
        The settings (None if their shape is wrong) and everything that was found.
    """
    try:
        settings = Settings.model_validate(raw)
    except ValidationError as error:
        return None, [_finding(detail) for detail in error.errors()]
    return settings, rules.check(settings)


def _in_clear() -> list[Finding]:
    return [
        Finding(
            id="secret-in-clear",
            key=key,
            reason="it stands in clear in the stack's file",
            cure=f"change it, then set it anew: pulumi config set --secret tapal:{key}",
        )
        for key in SECRET_KEYS
        if get_config(f"tapal:{key}") and not is_config_secret(f"tapal:{key}")
    ]


def _passwords(config: pulumi.Config) -> Passwords:
    """Return a look-up of the given password of an address; None where one is to be generated."""
    secret = config.get_secret("passwords")
    given = frozenset(_given(config))

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


def _passwords_findings(config: pulumi.Config, settings: Settings | None) -> list[Finding]:
    findings: list[Finding] = []
    if settings is None:
        return findings
    accounts = [f"{name}@{domain.name}" for domain in settings.domains for name in domain.accounts]
    for address, plain in _given(config).items():
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


def _message(errors: Iterable[Finding]) -> str:
    listed = list(errors)
    things = "1 thing" if len(listed) == 1 else f"{len(listed)} things"
    return (
        f"the stack's configuration has {things} to put right; nothing was touched:\n"
        + finding.render(listed)
    )


def _not_structured(key: str) -> Finding:
    return Finding(
        id="settings-shape",
        key=key,
        reason="it is a plain word where a structure is expected",
        cure="write it in the stack's file as stacks/Pulumi.example.com.yaml shows",
    )


def _finding(detail: ErrorDetails) -> Finding:
    key = _key(detail["loc"])
    if detail["type"] == "extra_forbidden":
        name = str(detail["loc"][-1])
        near = suggest(name, _siblings(detail["loc"]))
        cure = (
            f"did you mean {near!r}?" if near else f"remove it; known are {_known(detail['loc'])}"
        )
        return Finding(id="settings-unknown-key", key=key, reason="there is no such key", cure=cure)
    if detail["type"] == "missing":
        return Finding(
            id="settings-missing-key",
            key=key,
            reason="it is missing",
            cure="add it; stacks/Pulumi.example.com.yaml describes every key",
        )
    return Finding(
        id="settings-shape",
        key=key,
        reason=f"{detail['input']!r} does not fit: {detail['msg'][:1].lower()}{detail['msg'][1:]}",
        cure="stacks/Pulumi.example.com.yaml shows what it looks like",
    )


def _key(location: tuple[int | str, ...]) -> str:
    text = ""
    for part in location:
        # pydantic names the branch of a union too ("literal[...]", "tuple[...]"): not a key.
        if isinstance(part, str) and ("[" in part or part.startswith("function-")):
            continue
        text += f"[{part}]" if isinstance(part, int) else f".{part}"
    return text.lstrip(".")


def _siblings(location: tuple[int | str, ...]) -> list[str]:
    model: type[Model] | None = Settings
    for part in location[:-1]:
        if isinstance(part, int) or model is None:
            continue
        model = _model_of(model, part)
    if model is None:
        return []
    return [field.alias or name for name, field in model.model_fields.items()]


def _known(location: tuple[int | str, ...]) -> str:
    return ", ".join(sorted(_siblings(location)))


def _model_of(model: type[Model], key: str) -> type[Model] | None:
    for name, field in model.model_fields.items():
        if key in (name, field.alias):
            return _model_in(field.annotation)
    return model


def _model_in(annotation: object) -> type[Model] | None:
    if isinstance(annotation, type):
        return annotation if issubclass(annotation, Model) else None
    for inner in getattr(annotation, "__args__", ()):
        found = _model_in(inner)
        if found is not None:
            return found
    return None
