"""JSON as Python sees it, for bodies whose shape is not known yet."""

from collections.abc import Mapping, Sequence
from typing import TypeAlias

JsonValue: TypeAlias = "bool | int | float | str | Sequence[JsonValue] | JsonObject | None"
JsonObject: TypeAlias = Mapping[str, "JsonValue"]
