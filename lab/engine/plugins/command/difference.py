"""Compares a resource's recorded inputs with the program's, property by property."""

from collections.abc import Iterator, Mapping

from pulumi.runtime.proto.provider_pb2 import DiffResponse, PropertyDiff

from lab.engine.plugins.values import Properties, Value

REPLACING = "triggers"
# The engine keeps it secret as a whole, and shows nobody which part of it changed.
UNDIVIDED = "connection"
_REPLACING = {
    PropertyDiff.Kind.ADD: PropertyDiff.Kind.ADD_REPLACE,
    PropertyDiff.Kind.UPDATE: PropertyDiff.Kind.UPDATE_REPLACE,
    PropertyDiff.Kind.DELETE: PropertyDiff.Kind.DELETE_REPLACE,
}
Found = tuple[str, "PropertyDiff.Kind.ValueType"]


def difference(old: Properties, new: Properties) -> DiffResponse:
    """Return what differs; a change of ``triggers`` replaces the resource."""
    found = dict(_members("", old, new))
    replaces = [path for path in found if _root(path) == REPLACING]
    return DiffResponse(
        changes=DiffResponse.DIFF_SOME if found else DiffResponse.DIFF_NONE,
        diffs=sorted({_root(path) for path in found}),
        replaces=replaces,
        detailedDiff={
            path: PropertyDiff(kind=_REPLACING[kind] if path in replaces else kind)
            for path, kind in found.items()
        },
        hasDetailedDiff=True,
    )


def _members(prefix: str, old: Properties, new: Properties) -> Iterator[Found]:
    for name in sorted(old.keys() | new.keys()):
        yield from _differences(f"{prefix}{name}", old.get(name), new.get(name))


def _differences(path: str, old: Value, new: Value) -> Iterator[Found]:
    if old == new:
        return
    if old is None or new is None:
        yield path, PropertyDiff.Kind.ADD if old is None else PropertyDiff.Kind.DELETE
    elif isinstance(old, Mapping) and isinstance(new, Mapping) and path != UNDIVIDED:
        yield from _members(f"{path}.", old, new)
    elif isinstance(old, list) and isinstance(new, list):
        for index in range(max(len(old), len(new))):
            pair = [side[index] if index < len(side) else None for side in (old, new)]
            yield from _differences(f"{path}[{index}]", *pair)
    else:
        yield path, PropertyDiff.Kind.UPDATE


def _root(path: str) -> str:
    return path.split(".", 1)[0].split("[", 1)[0]
