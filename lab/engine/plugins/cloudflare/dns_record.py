"""``DnsRecord`` without the engine: what is sent, what is kept, and what counts as a change.

``inputs`` is what the program says, ``state`` what the engine keeps; both have Pulumi's names.
A record is the API's object, with the API's names.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from lab.engine.plugins.values import (
    UNKNOWN,
    Properties,
    Value,
    has_unknown,
    members,
    renamed,
    snake,
    text,
)

ARGUMENTS = (
    "comment",
    "content",
    "data",
    "includeShadowMetadata",
    "name",
    "priority",
    "privateRouting",
    "proxied",
    "settings",
    "tags",
    "ttl",
    "type",
    "zoneId",
)
COMPUTED = (
    "commentModifiedOn",
    "createdOn",
    "meta",
    "modifiedOn",
    "proxiable",
    "tagsModifiedOn",
)
TYPES = (
    *("A", "AAAA", "CAA", "CERT", "CNAME", "DNSKEY", "DS", "HTTPS", "LOC", "MX", "NAPTR", "NS"),
    *("OPENPGPKEY", "PTR", "SMIMEA", "SRV", "SSHFP", "SVCB", "TLSA", "TXT", "URI"),
)
_NOT_SENT = ("zoneId", "includeShadowMetadata")
_KEPT_IF_NOT_SAID = ("includeShadowMetadata", "privateRouting", "settings", "tags")
_FRACTION = re.compile(r"\.\d+(?=Z$|[+-])")
_NO_CASE = ("CNAME", "NS", "PTR")


@dataclass(frozen=True, kw_only=True)
class Failure:
    """An input that is refused before anything is sent."""

    property: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One property that differs: ``kind`` is ``add``, ``update`` or ``delete``."""

    path: str
    kind: str
    replaces: bool = False


def check(inputs: Properties) -> list[Failure]:
    """Return what the official plugin's schema refuses."""
    failures = [
        Failure(property=key, reason="Missing required property")
        for key in ("name", "ttl", "type", "zoneId")
        if inputs.get(key) is None
    ]
    kind = inputs.get("type")
    if isinstance(kind, str) and kind != UNKNOWN and kind.upper() not in TYPES:
        listed = " ".join(f'"{known}"' for known in TYPES)
        reason = f'Attribute type value must be one of: [{listed}], got: "{kind}"'
        failures.append(Failure(property="type", reason=reason))
    priority = inputs.get("priority")
    if isinstance(priority, int | float) and not 0 <= priority <= 65535:
        reason = f"Attribute priority value must be between 0 and 65535, got: {priority}"
        failures.append(Failure(property="priority", reason=reason))
    return failures


def new_body(inputs: Properties) -> Properties:
    """Return the body of the POST: what is said, and ``proxied``."""
    said = {
        snake(key): renamed(inputs[key], to_api=True)
        for key in ARGUMENTS
        if inputs.get(key) is not None and key not in _NOT_SENT
    }
    return {"proxied": False} | said


def full_body(inputs: Properties) -> Properties:
    """Return the body of the PUT: every field, with nothing where nothing is said."""
    nothing: dict[str, Value] = {"settings": {}, "tags": []}
    return nothing | dict(new_body(inputs))


def after_write(inputs: Properties, record: Properties) -> dict[str, Value]:
    """Return the state after ``inputs`` became ``record``.

    What the program gives keeps the program's spelling, whatever the API made of it; only the rest
    is taken from the answer. So a difference in spelling shows at the next refresh.
    """
    return from_record(record, zone_id=text(inputs, "zoneId")) | _said(inputs)


def before_write(inputs: Properties, state: Properties) -> dict[str, Value]:
    """Return the state that a preview of a write shows: what the API decides is not known yet."""
    comment, old = inputs.get("comment"), state.get("comment")
    undecided: dict[str, Value] = {
        "id": state.get("id", UNKNOWN),
        "createdOn": state.get("createdOn", UNKNOWN),
        "meta": state.get("meta", UNKNOWN),
        "modifiedOn": UNKNOWN,
        "proxiable": state.get("proxiable", UNKNOWN),
        "settings": state.get("settings", UNKNOWN),
        "tags": state.get("tags", UNKNOWN),
    }
    if comment is not None:
        unchanged = comment == old
        undecided["commentModifiedOn"] = state.get("commentModifiedOn") if unchanged else UNKNOWN
    if inputs.get("content") is None:
        same = inputs.get("data") == state.get("data")
        undecided["content"] = state.get("content", UNKNOWN) if same else UNKNOWN
    return undecided | _said(inputs)


def from_record(record: Properties, *, zone_id: str) -> dict[str, Value]:
    """Return the state that describes ``record`` alone, as a refresh or an import finds it."""
    shown = members(renamed(record, to_api=False))
    keys = ("id", *ARGUMENTS, *COMPUTED)  # the official plugin does not go on without the id
    state = {key: shown[key] for key in keys if shown.get(key) is not None}
    if "createdOn" in state:
        state["createdOn"] = _FRACTION.sub("", str(state["createdOn"]))
    return state | {"zoneId": zone_id, "meta": json.dumps(record.get("meta") or {})}


def inputs_of(state: Properties, before: Properties) -> dict[str, Value]:
    """Return the inputs that would make ``state``; ``before`` are the inputs known so far.

    Without any (an import) every argument that has a value is one.
    """
    if not before:
        keys = [key for key in ARGUMENTS if not _is_default(key, state.get(key))]
        if "data" in keys and "content" in keys:
            keys.remove("content")
        return {key: state[key] for key in keys if key in state}
    found = {key: state.get(key) for key in before if key in ARGUMENTS}
    if _same_name(text(before, "name"), text(state, "name")):
        found["name"] = before["name"]
    return {key: value for key, value in found.items() if value is not None}


def differences(inputs: Properties, state: Properties) -> Iterator[Difference]:
    """Yield where ``inputs`` ask for something else than ``state`` has."""
    for key in ARGUMENTS:
        there = state.get(key)
        wanted = _wanted(key, inputs, state)
        if key == "data":
            yield from _data_differences(members(wanted), members(there))
        elif has_unknown(wanted) or wanted != there:
            kind = "add" if there is None else "delete" if wanted is None else "update"
            yield Difference(path=key, kind=kind, replaces=key == "zoneId")


def dates(found: Sequence[Difference], state: Properties) -> Iterator[Difference]:
    """Yield what the API is going to decide about an update with the differences ``found``."""
    if found and not any(one.replaces for one in found):
        yield Difference(path="modifiedOn", kind="update" if "modifiedOn" in state else "add")
        if any(one.path == "comment" and one.kind != "delete" for one in found):
            kind = "update" if "commentModifiedOn" in state else "add"
            yield Difference(path="commentModifiedOn", kind=kind)


def _said(inputs: Properties) -> dict[str, Value]:
    said = {key: inputs[key] for key in ARGUMENTS if inputs.get(key) is not None}
    return {"proxied": False} | said


def _is_default(key: str, value: Value) -> bool:
    return value in (None, [], {}) or (key == "proxied" and value is False)


def _wanted(key: str, inputs: Properties, state: Properties) -> Value:
    """Return what ``key`` shall be: as said, or what is there if both mean the same."""
    said, there = inputs.get(key), state.get(key)
    if said is None:
        return _unsaid(key, inputs, state)
    if key == "name" and _same_name(str(said), str(there)):
        return there
    if key == "content" and text(inputs, "type").upper() in _NO_CASE:
        return there if str(said).lower() == str(there).lower() else said
    if key == "settings" and not any(members(said).values()):
        return said if any(members(there).values()) else there
    if key == "tags" and not said and not there:
        return there
    return said


def _unsaid(key: str, inputs: Properties, state: Properties) -> Value:
    there = state.get(key)
    if key == "proxied":
        return False
    if key == "priority":  # SRV and URI have it in their data, and the API shows it twice
        return there if text(inputs, "type").upper() in {"SRV", "URI"} else None
    if key == "content":
        return there if inputs.get("data") is not None else None
    if key == "data":
        return there if text(inputs, "type") == text(state, "type") else None
    return there if key in _KEPT_IF_NOT_SAID else None


def _same_name(said: str, there: str) -> bool:
    """Return whether the API's complete name is what a relative one, or ``@``, was completed to."""
    if said == "@":
        return "." in there
    return said == there or (bool(said) and there.startswith(f"{said.removesuffix('.')}."))


def _data_differences(
    wanted: Mapping[str, Value], there: Mapping[str, Value]
) -> Iterator[Difference]:
    if not wanted and there:
        yield Difference(path="data", kind="delete")
        return
    for key, value in wanted.items():
        if has_unknown(value) or value != there.get(key):
            kind = "add" if key not in there else "update"
            yield Difference(path=f"data.{key}", kind=kind)
