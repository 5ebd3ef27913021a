"""How a name gets back the records that a stack's own replaced, in as few changes as possible."""

from collections.abc import Sequence
from dataclasses import dataclass

from mail.zone import owner
from mail.zone.record import Kind, ZoneRecord


@dataclass(frozen=True, kw_only=True)
class Changes:
    """Changes that are made in one transaction.

    Attributes:
        deletes: records to delete.
        puts: records to overwrite: the existing one, and what it becomes.
        posts: records to create.
        taken: records of others where one was to be put back, which is therefore left out.
    """

    deletes: tuple[ZoneRecord, ...] = ()
    puts: tuple[tuple[ZoneRecord, ZoneRecord], ...] = ()
    posts: tuple[ZoneRecord, ...] = ()
    taken: tuple[ZoneRecord, ...] = ()


def restore(
    kind: Kind, previous: Sequence[ZoneRecord], there: Sequence[ZoneRecord], stack: str
) -> Changes:
    """Return what puts ``previous`` back; nothing if it is back already.

    Where only one record is allowed, ours is overwritten by the previous one, so that the name
    always has one. MX records come back beside ours, except those with a target of ours.

    Args:
        kind: what the records are for.
        previous: what was there before.
        there: what the name holds now, of any kind.
        stack: whose records may be changed.
    """
    rivals = [one for one in there if one.is_a(kind)]
    ours = [one for one in rivals if owner.is_of(one.comment, stack)]
    others = [one for one in rivals if one not in ours]
    missing = [one for one in previous if not any(other.says(one) for other in others)]
    if kind == "mx":
        # The zone takes no record twice: one with our target is put back once ours is deleted.
        named = {one.value for one in ours}
        return Changes(posts=tuple(one for one in missing if one.value not in named))
    if others or not missing:
        return Changes(deletes=tuple(ours), taken=tuple(others) if missing else ())
    back = missing[0]
    if not ours:
        return Changes(posts=(back,))
    return Changes(deletes=tuple(ours[1:]), puts=((ours[0], back),))


def to_remove(
    previous: Sequence[ZoneRecord], there: Sequence[ZoneRecord], stack: str
) -> list[ZoneRecord]:
    """Return those of ``previous`` that are still there beside the records of ``stack``."""
    return [
        one
        for one in there
        if not owner.is_of(one.comment, stack) and any(one.says(other) for other in previous)
    ]
