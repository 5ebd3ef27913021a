"""A request's changes to one zone's records, applied in memory: all of them or none."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from lab.cloudflare import errors
from lab.cloudflare.errors import ApiError
from lab.cloudflare.json_types import JsonObject
from lab.cloudflare.records import Record, build, patched
from lab.cloudflare.rules import refuse_conflict

Records: TypeAlias = Mapping[str, Record]

# Cloudflare's order inside a batch, whatever the order in the body.
ORDER = ("deletes", "patches", "puts", "posts")


@dataclass(frozen=True, kw_only=True)
class Change:
    """One step: ``kind`` is a member of ``ORDER``, ``identifier`` is empty for a post."""

    kind: str
    body: JsonObject
    identifier: str = ""


@dataclass(frozen=True, kw_only=True)
class Applied:
    """The zone's records afterwards, and for each change the record it made, changed or removed."""

    records: Records
    touched: tuple[Record, ...]


def batch(body: JsonObject) -> list[Change]:
    """Return the changes of a batch request, in Cloudflare's order.

    Raises:
        ApiError: 9207 for another shape than lists of objects, with ids where they are needed.
    """
    found: list[Change] = []
    for kind in ORDER:
        items = body.get(kind) or []
        if isinstance(items, str | Mapping) or not isinstance(items, Sequence):
            raise ApiError(400, errors.BAD_BODY)
        for item in items:
            identifier = item.get("id", "") if isinstance(item, Mapping) else None
            if not isinstance(item, Mapping) or not isinstance(identifier, str):
                raise ApiError(400, errors.BAD_BODY)
            found.append(Change(kind=kind, body=item, identifier=identifier))
    return found


def apply(changes: Sequence[Change], records: Records, *, zone: str, now: str) -> Applied:
    """Return what ``records`` become; the given mapping is left as it is.

    Raises:
        ApiError: a change is not possible; the first such one is reported, and none is made.
    """
    after = dict(records)
    touched = tuple(_apply_one(change, after, zone, now) for change in changes)
    return Applied(records=after, touched=touched)


def _apply_one(change: Change, records: dict[str, Record], zone: str, now: str) -> Record:
    if change.kind == "posts":
        record = build(change.body, zone=zone, identifier=uuid.uuid4().hex, now=now, old=None)
        return _put(record, records, zone)
    old = records.get(change.identifier)
    if old is None:
        raise ApiError(404, errors.NO_RECORD)
    if change.kind == "deletes":
        return records.pop(change.identifier)
    body = patched(change.body, old) if change.kind == "patches" else change.body
    return _put(build(body, zone=zone, identifier=old.id, now=now, old=old), records, zone)


def _put(record: Record, records: dict[str, Record], zone: str) -> Record:
    refuse_conflict(record, records.values(), zone)
    records[record.id] = record
    return record
