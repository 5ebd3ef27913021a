"""Checks a stack's configuration, given as plain data: no engine, no secrets, nothing contacted.

The same check runs at every `pulumi preview` and in `make lint-stacks`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from pydantic import ValidationError

from components import rules, shape, stack_file
from components.settings import Host, Settings
from components.stack_file import Config, StackFileError, is_secret
from mail.address import suggest
from mail.finding import Finding

PREFIX = "tapal:"
SECRET: Mapping[str, str] = {"secure": ""}
"""Stands for a secret whose value is not needed, or not known."""

SECRET_KEYS = ("sshPrivateKey", "passwords")
ReadStack = Callable[[str], Config]


@dataclass(frozen=True, kw_only=True)
class Checked:
    """What the check of a stack came to.

    Attributes:
        settings: None if their shape is wrong.
        host: the stack's own host, or that of its ``hostStack``; None where neither is known.
        findings: everything that was found, errors and advice.
    """

    settings: Settings | None
    host: Host | None
    findings: list[Finding]


def check(
    config: Config, *, name: str | None = None, read_stack: ReadStack = stack_file.config
) -> Checked:
    """Check a whole stack.

    Args:
        config: complete keys and plain values; other namespaces than ``tapal:`` are left alone.
        name: the stack's own name, if it has one.
        read_stack: gives the configuration of another stack.
    """
    own = {key.removeprefix(PREFIX): config[key] for key in config if key.startswith(PREFIX)}
    secrets = {key for key in SECRET_KEYS if key in own}
    findings = _in_clear(own)
    raw = {key: value for key, value in own.items() if key not in secrets}
    try:
        settings = Settings.model_validate(raw)
    except ValidationError as error:
        findings += [shape.finding(detail) for detail in error.errors()]
        return Checked(settings=None, host=None, findings=findings)
    findings += rules.check(settings)
    host = settings.host
    if host is None and settings.host_stack is not None:
        host, problems = _other_host(settings.host_stack, name, read_stack)
        findings += problems
    return Checked(settings=settings, host=host, findings=findings)


def _other_host(
    stack: str, own: str | None, read_stack: ReadStack
) -> tuple[Host | None, list[Finding]]:
    if stack == own:
        return None, [_no_host(stack, "it is this stack itself", "give tapal:host instead")]
    try:
        config = read_stack(stack)
    except StackFileError as error:
        near = suggest(stack, stack_file.names())
        cure = f"did you mean {near!r}?" if near else f"write stacks/Pulumi.{stack}.yaml first"
        return None, [_no_host(stack, str(error), cure)]
    raw = config.get(f"{PREFIX}host")
    if not raw:
        further = config.get(f"{PREFIX}hostStack")
        cure = f"write {further!r}" if further else f"give that stack a host: {stack}"
        return None, [_no_host(stack, "that stack has no host of its own", cure)]
    try:
        return Host.model_validate(raw), []
    except ValidationError as error:
        problems = "; ".join(f"{f.key} {f.reason}" for f in map(shape.finding, error.errors()))
        return None, [_no_host(stack, f"its host is not right: {problems}", "mend that file")]


def _no_host(stack: str, reason: str, cure: str) -> Finding:
    return Finding(
        id="host-stack",
        key="hostStack",
        reason=f"{stack!r} gives no host: {reason}",
        cure=cure,
        source="docs/stack-files.md",
    )


def _in_clear(values: Config) -> list[Finding]:
    return [
        Finding(
            id="secret-in-clear",
            key=key,
            reason="it stands in clear in the stack's file",
            cure=f"change it, then set it anew: pulumi config set --secret tapal:{key}",
        )
        for key in SECRET_KEYS
        if values.get(key) and not is_secret(values[key])
    ]
