"""Property values on their way between the engine's messages and plain Python.

A value that a preview does not know yet is the engine's marker string, here as there; numbers
that are whole are ``int``, since JSON bodies must say 300 and not 300.0.
"""

import re
from collections.abc import Mapping, Sequence
from typing import TypeAlias

from google.protobuf import json_format
from google.protobuf.struct_pb2 import Struct

Value: TypeAlias = "bool | int | float | str | Sequence[Value] | Properties | None"
Properties: TypeAlias = Mapping[str, "Value"]

UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
_SIGNATURE = "4dabf18193072939515e22adb298388d"
_SECRET = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 - a marker


def from_struct(struct: Struct) -> dict[str, Value]:
    """Return the properties of a message; secrets are taken out of their wrapping."""
    return {key: _plain(value) for key, value in json_format.MessageToDict(struct).items()}


def to_struct(properties: Properties) -> Struct:
    """Return the message for ``properties``; members that are None are left out."""
    struct = Struct()
    json_format.ParseDict(
        {key: value for key, value in properties.items() if value is not None}, struct
    )
    return struct


def snake(name: str) -> str:
    """Return Pulumi's ``matchingType`` as the API's ``matching_type``."""
    return re.sub(r"(?<=[a-z0-9])([A-Z])", r"_\1", name).lower()


def camel(name: str) -> str:
    """Return the API's ``matching_type`` as Pulumi's ``matchingType``."""
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def renamed(value: Value, *, to_api: bool) -> Value:
    """Return ``value`` with all names, at any depth, as the API or as Pulumi spells them."""
    if isinstance(value, Mapping):
        spell = snake if to_api else camel
        return {spell(key): renamed(item, to_api=to_api) for key, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [renamed(item, to_api=to_api) for item in value]
    return value


def text(properties: Properties, key: str) -> str:
    """Return a member that is a string, empty if it is missing or of another type."""
    value = properties.get(key)
    return value if isinstance(value, str) else ""


def number(properties: Properties, key: str) -> int:
    """Return a member that is a whole number, 0 if it is missing or of another type."""
    value = properties.get(key)
    return int(value) if isinstance(value, int | float) else 0


def members(value: Value) -> Properties:
    """Return ``value`` if it is an object, else no members."""
    return value if isinstance(value, Mapping) else {}


def has_unknown(value: Value) -> bool:
    """Return whether anything in ``value`` is not known yet."""
    if isinstance(value, Mapping):
        return any(has_unknown(item) for item in value.values())
    if isinstance(value, Sequence) and not isinstance(value, str):
        return any(has_unknown(item) for item in value)
    return value == UNKNOWN


def _plain(value: Value) -> Value:
    if isinstance(value, Mapping):
        if value.get(_SIGNATURE) == _SECRET:
            return _plain(value.get("value"))
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_plain(item) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value
