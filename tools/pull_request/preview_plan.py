"""What `pulumi preview --json` says: the steps that would be taken, and what was said besides."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass

Properties = Mapping[str, object]
Redact = Callable[[str], str]

SECRET = "[secret]"  # noqa: S105 - what Pulumi puts in a secret's place
UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
"""What Pulumi's JSON has for a text that only the doing will bring to light."""
OWN = frozenset({"__provider"})
"""Properties of the machinery: a dynamic provider's own code."""

QUIET = frozenset({"same", "refresh", "read", "read-discard", "read-replacement", "outputs"})
# A replacement is told three times: as itself, and as the two steps that it is done by.
PARTS = frozenset({"create-replacement", "delete-replaced", "discard-replaced"})
KINDS = {"import-replacement": "import", "remove-pending-replace": "delete", "discard": "delete"}


class PlanError(ValueError):
    """There is no plan in what `pulumi` printed."""


@dataclass(frozen=True, kw_only=True)
class Step:
    """One change of one resource.

    Attributes:
        kind: ``create``, ``update``, ``delete``, ``replace`` or ``import``.
        type: Pulumi's name for what it is, such as ``cloudflare:index/dnsRecord:DnsRecord``.
        name: the resource's own name in the program.
        old: its properties as they are, read from the host or the zone; none if it is new.
        new: its properties as they would be; none if it goes.
    """

    kind: str
    type: str
    name: str
    old: Properties
    new: Properties


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What would be done to a stack.

    Attributes:
        steps: every change, in the order in which it would be made.
        unchanged: how many resources stay as they are.
        errors: what stopped the preview; a refused stack has one, with all its problems.
        warnings: what the program warns of.
    """

    steps: tuple[Step, ...]
    unchanged: int
    errors: tuple[str, ...]
    warnings: tuple[str, ...]

    def count(self, kind: str) -> int:
        """Return how many steps are of that kind."""
        return sum(step.kind == kind for step in self.steps)


def read(text: str, redact: Redact = str) -> Plan:
    """Return the plan in ``text``, every string of it passed through ``redact``.

    Raises:
        PlanError: it holds none.
    """
    try:
        told = _cleaned(json.loads(text), redact)
    except json.JSONDecodeError as error:
        raise PlanError("`pulumi preview --json` printed no JSON") from error
    if not isinstance(told, dict):
        raise PlanError("`pulumi preview --json` printed no plan")
    steps = [_step(item) for item in _list(told.get("steps")) if _counts(item)]
    said = [(_text(item, "severity"), _message(item)) for item in _list(told.get("diagnostics"))]
    return Plan(
        steps=tuple(steps),
        unchanged=_number(_mapping(told.get("changeSummary")).get("same")),
        errors=tuple(dict.fromkeys(message for level, message in said if level == "error")),
        warnings=tuple(dict.fromkeys(message for level, message in said if level == "warning")),
    )


def _counts(item: Properties) -> bool:
    # A component, and the stack itself, is but a name for what is in it.
    state = _mapping(item.get("newState") or item.get("oldState"))
    return _text(item, "op") not in QUIET | PARTS and state.get("custom") is not False


def _step(item: Properties) -> Step:
    kind = _text(item, "op")
    # urn:pulumi:STACK::PROJECT::PARENT-TYPE$…$TYPE::NAME
    kinds, _, name = _text(item, "urn").split("::", 2)[-1].partition("::")
    return Step(
        kind=KINDS.get(kind, kind),
        type=kinds.rpartition("$")[2],
        name=name,
        old=_inputs(item.get("oldState")),
        new=_inputs(item.get("newState")),
    )


def _inputs(state: object) -> Properties:
    inputs = _mapping(_mapping(state).get("inputs"))
    return {key: value for key, value in inputs.items() if key not in OWN}


def _message(item: Properties) -> str:
    text = _text(item, "message").strip("\n")
    return text.removeprefix("warning: ").removeprefix("error: ")


def _cleaned(value: object, redact: Redact) -> object:
    if isinstance(value, str):
        return redact(value).replace(UNKNOWN, "[not known yet]")
    if isinstance(value, list):
        return [_cleaned(item, redact) for item in value]
    if isinstance(value, dict):
        return {key: _cleaned(item, redact) for key, item in value.items()}
    return value


def _mapping(value: object) -> Properties:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[Properties]:
    return [_mapping(item) for item in value] if isinstance(value, list) else []


def _text(item: Properties, key: str) -> str:
    value = item.get(key)
    return value if isinstance(value, str) else ""


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0
