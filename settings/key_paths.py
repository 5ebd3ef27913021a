"""The keys that a stack may have, read from the settings' own classes, and their paths."""

import re
from dataclasses import dataclass
from functools import cache
from typing import get_args, get_origin

from settings.model import Model

_PART = re.compile(r"\[[0-9]{1,9}\]|[^.\[\]]+")

Path = tuple[str | int, ...]
"""Where a value stands: keys and positions, such as ``("domains", 0, "spf")``."""


@dataclass(frozen=True, kw_only=True)
class Below:
    """What stands under a key: a mapping of settings (``host``) or a list of such (``domains``)."""

    model: type[Model]
    many: bool


@cache
def keys(model: type[Model]) -> dict[str, Below | None]:
    """Return the keys of ``model`` as they stand in a file, in order, with what is under them."""
    return {
        field.alias or name: _below(field.annotation, many=False)
        for name, field in model.model_fields.items()
    }


def text(path: Path) -> str:
    """Return ``path`` as findings name it: ``domains[0].spf``, on one line in any case."""
    shown = ""
    for part in path:
        if isinstance(part, int):
            shown += f"[{part}]"
        else:
            shown += f".{_part(part)}"
    return shown.removeprefix(".")


def printable(name: str) -> str:
    """Return ``name`` on one line: what a screen would hide or obey is written out."""
    return name if name.isprintable() else ascii(name)[1:-1]


def _part(part: str) -> str:
    return printable(part) if part.strip() else repr(part)


def place(key: str, model: type[Model]) -> tuple[int, ...]:
    """Return what to sort ``key`` by, so that findings come in the order of the settings.

    Unknown keys sort last within their level.
    """
    found: list[int] = []
    below: type[Model] | None = model
    for part in _PART.findall(key):
        if part.startswith("["):
            found.append(int(part[1:-1]))
        elif below is None:
            break
        else:
            known = keys(below)
            found.append(list(known).index(part) if part in known else len(known))
            inner = known.get(part)
            below = inner.model if inner else None
    return tuple(found)


def covers(outer: str, inner: str) -> bool:
    """Return whether the key ``inner`` is ``outer`` or stands below it."""
    return inner == outer or inner.startswith((f"{outer}.", f"{outer}["))


def _below(annotation: object, *, many: bool) -> Below | None:
    if isinstance(annotation, type) and issubclass(annotation, Model):
        return Below(model=annotation, many=many)
    inside = many or get_origin(annotation) is tuple
    for inner in get_args(annotation):
        if (found := _below(inner, many=inside)) is not None:
            return found
    return None
