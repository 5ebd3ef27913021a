"""Checks a stack's configuration, given as plain data, and its file.

It needs no engine and no secrets, and contacts nothing. The same check of the configuration runs at
every `pulumi preview` and in `make lint-stacks`; the second one checks the file as well.
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from mail.address import suggest
from mail.finding import Finding
from mail.rule import Rule
from settings import key_paths, recover, stack_file, stray_keys
from settings.recover import Recovered
from settings.rules import stack as stack_rules
from settings.settings import Host, Settings
from settings.stack_file import Config, StackFileError
from settings.stray_keys import PREFIX, SECRET_KEYS

SECRET: Mapping[str, str] = {"secure": ""}
"""Takes the place of a secret whose value is not needed, or not known."""

ReadStack = Callable[[str], Config]
_NAME = re.compile(r"[A-Za-z0-9_.-]{1,100}")

FILE = Rule(
    id="stack-file",
    source=stack_file.SOURCE,
    why="A stack's file is YAML that has the settings below config.",
    cure="mend it; stacks/Pulumi.example.com.yaml shows what one looks like",
)
HOST_STACK = Rule(
    id="host-stack",
    source=stack_file.SOURCE,
    why="A stack that tapal:hostStack names has a host of its own, and a file in the same folder.",
    cure="name a stack that has a host of its own",
)


@dataclass(frozen=True, kw_only=True)
class Checked:
    """The result of a stack's check.

    Attributes:
        settings: the whole of them; None if something cannot be read.
        host: the stack's own host, or that of its ``hostStack``; None where neither is known.
        findings: everything that was found, errors and warnings, in the order of the settings.
        readable: as much of the settings as can be read.
    """

    settings: Settings | None
    host: Host | None
    findings: list[Finding]
    readable: Recovered


def check_config(
    config: Config, *, name: str | None = None, read_stack: ReadStack = stack_file.config
) -> Checked:
    """Check a whole stack.

    Args:
        config: complete keys and plain values; of other namespaces than ``tapal:``, only the names
            of the keys are looked at, for slips.
        name: the stack's own name, if it has one.
        read_stack: gives the configuration of another stack.
    """
    findings = list(stray_keys.check(config))
    own = stray_keys.own(config)
    raw = {key: value for key, value in own.items() if key not in SECRET_KEYS}
    found = recover.read(_structured(raw), SECRET_KEYS)
    host, problems = _host(found, name, read_stack)
    problems += stack_rules.check(found, host)
    findings += [*found.findings, *found.root_causes(problems)]
    broken = bool(found.findings)
    return Checked(
        settings=None if broken else found.settings,
        host=None if broken else host,
        findings=ordered(findings),
        readable=found,
    )


def check_file(
    file: Path, *, name: str | None = None, read_stack: ReadStack = stack_file.config
) -> Checked:
    """Check the stack in ``file``, without its secrets; the file itself is checked as well.

    Args:
        file: the stack's file.
        name: the stack's name, if the file is not called for it.
        read_stack: gives the configuration of another stack.
    """
    try:
        found = stack_file.load(file)
    except StackFileError as error:
        broken = FILE.found(file.name, reason=str(error).removeprefix(f"{file.name} "))
        nothing = recover.read({})
        return Checked(settings=None, host=None, findings=[broken], readable=nothing)
    own = name or stack_file.name(file)
    checked = check_config(found.config, name=own, read_stack=read_stack)
    if not found.problems:
        return checked
    # What the settings lack or misread there is a consequence, such as a key beside config.
    outside = {one.key.removeprefix(PREFIX) for one in found.problems}
    others = [one for one in checked.findings if not {one.key, *one.rests_on} & outside]
    return replace(checked, settings=None, host=None, findings=ordered([*found.problems, *others]))


def ordered(findings: Iterable[Finding]) -> list[Finding]:
    """Return ``findings`` each once, in the order of the settings that they are about."""
    return sorted(dict.fromkeys(findings), key=lambda one: key_paths.place(one.key, Settings))


def _structured(raw: Mapping[str, object]) -> dict[str, object]:
    """Return ``raw`` with structures instead of their JSON.

    The engine hands structures on as JSON, and `pulumi config set` keeps one in the file as such;
    a stack's name is text, whatever it looks like.
    """
    return {key: _meant(key, value) for key, value in raw.items()}


def _meant(key: str, value: object) -> object:
    if key == "hostStack" and isinstance(value, bool | int | float):
        return json.dumps(value)
    if not isinstance(value, str) or (key == "hostStack" and value[:1] not in ("{", "[")):
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return value


def _host(
    found: Recovered, own: str | None, read_stack: ReadStack
) -> tuple[Host | None, list[Finding]]:
    settings = found.settings
    if settings.host is not None or settings.host_stack is None:
        return settings.host, []
    stack = settings.host_stack
    if stack == own:
        cure = "give tapal:host instead"
        return None, [_no_host(stack, reason="it is this stack itself", cure=cure)]
    if not _NAME.fullmatch(stack):
        cure = "write the stack's name alone, without organization and project"
        return None, [_no_host(stack, reason="it is not a stack's name", cure=cure)]
    try:
        config = read_stack(stack)
    except StackFileError as error:
        near = suggest(stack, (name for name in stack_file.names() if name != own))
        cure = f"did you mean {near!r}?" if near else f"write stacks/Pulumi.{stack}.yaml first"
        return None, [_no_host(stack, reason=str(error), cure=cure)]
    return _host_in(config, stack)


def _host_in(config: Config, stack: str) -> tuple[Host | None, list[Finding]]:
    raw = config.get(f"{PREFIX}host")
    if not raw:
        further = config.get(f"{PREFIX}hostStack")
        cure = f"write {further!r}" if further else f"give that stack a host: {stack}"
        return None, [_no_host(stack, reason="that stack has no host of its own", cure=cure)]
    found = recover.read({"host": raw})
    if found.findings:
        problems = "; ".join(f"{one.key} {one.reason}" for one in found.findings)
        reason = f"its host is not right: {problems}"
        return None, [_no_host(stack, reason=reason, cure="mend that file")]
    return found.settings.host, []


def _no_host(stack: str, *, reason: str, cure: str) -> Finding:
    whole = f"{stack!r} gives no host: {reason}"
    return HOST_STACK.found("hostStack", reason=whole, cure=cure, rests_on=("host",))
