"""What a run would change, or has changed, and what was said besides.

It is read from what `pulumi preview --json` prints, or from the engine's log of events.
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

Properties = Mapping[str, object]
Redact = Callable[[str], str]

SECRET = "[secret]"  # noqa: S105 - what Pulumi puts in a secret's place
UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
"""What Pulumi's JSON has for a text that only the doing will bring to light."""
UNSEEN = "[not known yet]"
"""What a reader has in its place."""
OWN = frozenset({"__provider"})
"""Properties of the machinery: a dynamic provider's own code."""

QUIET = frozenset({"same", "refresh", "read", "read-discard", "read-replacement", "outputs"})
# A replacement is told three times: as itself, and as the two steps that it is done by.
PARTS = frozenset({"create-replacement", "delete-replaced", "discard-replaced"})
FAILED = ("update failed", "preview failed", "destroy failed")
_CLASS = re.compile(r"^(Preview failed: )?(\w+Error: )?")  # of a provider's exception
MACHINERY = "pulumi:"  # the stack itself, and its providers
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
        parent: the type of the component that it belongs to, such as ``tapal:host:Host``.
        urn: Pulumi's name for it, which no other thing of the stack has.
    """

    kind: str
    type: str
    name: str
    old: Properties
    new: Properties
    parent: str = ""
    urn: str = ""


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
    return _plan(
        _list(told.get("steps")), _list(told.get("diagnostics")), told.get("changeSummary")
    )


def read_events(events: Iterable[Properties], redact: Redact = str) -> Plan:
    """Return what the engine's ``events`` tell, every string of them passed through ``redact``."""
    told = [_mapping(_cleaned(event, redact)) for event in events]
    steps = [
        step_of(_mapping(one["resourcePreEvent"])) for one in told if "resourcePreEvent" in one
    ]
    said = [_mapping(one["diagnosticEvent"]) for one in told if "diagnosticEvent" in one]
    summaries = [_mapping(one["summaryEvent"]) for one in told if "summaryEvent" in one]
    return _plan(steps, said, summaries[-1].get("resourceChanges") if summaries else None)


def step_of(event: Properties) -> Properties:
    """Return what an event tells of a resource, as `pulumi preview --json` would."""
    about = _mapping(event.get("metadata"))
    states = {f"{age}State": _mapping(about.get(age)) for age in ("old", "new")}
    # An event leaves out what is not so.
    told = {key: {"custom": False, **state} for key, state in states.items() if state}
    return {**about, **told}


def _plan(items: list[Properties], diagnostics: list[Properties], counted: object) -> Plan:
    warnings = (_message(one) for one in diagnostics if _text(one, "severity") == "warning")
    return Plan(
        steps=tuple(step(item) for item in items if counts(item)),
        unchanged=_number(_mapping(counted).get("same")),
        errors=_errors(one for one in diagnostics if _text(one, "severity") == "error"),
        warnings=tuple(dict.fromkeys(warnings)),
    )


def _errors(diagnostics: Iterable[Properties]) -> tuple[str, ...]:
    """Return each error once, after the name of the first thing that it is about."""
    found: dict[str, str] = {}
    for one in diagnostics:
        text = _CLASS.sub("", _message(one))
        about = step({"urn": one.get("urn", "")})
        named = about.type and not _is_machinery(about.type)
        found.setdefault(text, f"{about.name}: {text}" if named else text)
    # Of a run that failed for a reason this says no more.
    told = {text: whole for text, whole in found.items() if text not in FAILED}
    return tuple((told or found).values())


def counts(item: Properties) -> bool:
    """Return whether ``item`` is a change of something that is not but a name for others."""
    # A component, and the stack itself, is but a name for what is in it.
    state = _mapping(item.get("newState") or item.get("oldState"))
    if _is_machinery(_text(state, "type")):
        return False
    return _text(item, "op") not in QUIET | PARTS and state.get("custom") is not False


def step(item: Properties) -> Step:
    """Return the change that ``item`` tells of."""
    what = _text(item, "op")
    # urn:pulumi:STACK::PROJECT::PARENT-TYPE$…$TYPE::NAME
    kinds, _, name = _text(item, "urn").split("::", 2)[-1].partition("::")
    return Step(
        kind=KINDS.get(what, what),
        type=kinds.rpartition("$")[2],
        parent=kinds.rpartition("$")[0].rpartition("$")[2],
        urn=_text(item, "urn"),
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
        return redact(value).replace(UNKNOWN, UNSEEN)
    if isinstance(value, list):
        return [_cleaned(item, redact) for item in value]
    if isinstance(value, dict):
        return {key: _cleaned(item, redact) for key, item in value.items()}
    return value


def _is_machinery(kind: str) -> bool:
    return kind.startswith(MACHINERY)


def _mapping(value: object) -> Properties:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[Properties]:
    return [_mapping(item) for item in value] if isinstance(value, list) else []


def _text(item: Properties, key: str) -> str:
    value = item.get(key)
    return value if isinstance(value, str) else ""


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0
