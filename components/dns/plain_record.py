"""A record as plain data, in the form that Cloudflare's API, its look-up and our state share."""

from collections.abc import Mapping, Sequence
from typing import Any

from mail.zone.record import AUTOMATIC_TTL, ZoneRecord

Plain = dict[str, Any]


def read(record: Mapping[str, Any]) -> ZoneRecord:
    """Return the record that plain data describe; numbers may have come as floats."""
    priority = record.get("priority")
    return ZoneRecord(
        id=record.get("id") or "",
        name=str(record["name"]).lower().removesuffix("."),
        type=record["type"],
        # Records such as SRV have data instead of content; none of ours does.
        content=record.get("content") or "",
        ttl=int(record.get("ttl") or AUTOMATIC_TTL),
        priority=None if priority is None else int(priority),
        comment=record.get("comment") or "",
        proxied=bool(record.get("proxied")),
        tags=tuple(record.get("tags") or ()),
    )


def read_all(records: object) -> list[ZoneRecord]:
    """Return the records of a list of plain data; none if it is not a list."""
    if not isinstance(records, Sequence) or isinstance(records, str):
        return []
    return [read(one) for one in records if isinstance(one, Mapping)]


def write(record: ZoneRecord) -> Plain:
    """Return ``record`` whole, to be read again; what is not set is left out."""
    return body(record) | ({"id": record.id} if record.id else {})


def body(record: ZoneRecord) -> Plain:
    """Return what ``record`` says, without which one it is; what is not set is left out."""
    said: Plain = {
        "name": record.name,
        "type": record.type,
        "content": record.content,
        "ttl": record.ttl,
        "proxied": record.proxied,
    }
    optional = {
        "priority": record.priority,
        "comment": record.comment or None,
        "tags": list(record.tags) or None,
    }
    return said | {key: value for key, value in optional.items() if value is not None}
