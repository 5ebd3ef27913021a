"""The account's records as a table: what ``GET /`` and ``python -m lab.cloudflare list`` print."""

from collections.abc import Iterable

from lab.cloudflare.records import Record
from lab.cloudflare.store import Zone


def as_text(zones: Iterable[Zone]) -> str:
    """Return one block per zone: a headline, then one line per record, by name and type."""
    return "\n".join(_block(zone) for zone in zones)


def _block(zone: Zone) -> str:
    records = sorted(zone.records.values(), key=lambda record: (record.name, record.type))
    headline = f"{zone.name}  ({zone.id}, {len(records)} records)"
    width = max((len(record.name) for record in records), default=0)
    return "\n".join([headline, *(f"  {_line(record, width)}" for record in records), ""])


def _line(record: Record, width: int) -> str:
    ttl = "auto" if record.ttl == 1 else str(record.ttl)
    priority = "" if record.priority is None else f"{record.priority} "
    proxied = "  [proxied]" if record.proxied else ""
    comment = f"  # {record.comment}" if record.comment else ""
    name = record.name.ljust(width)
    return f"{name}  {ttl:>5}  {record.type:<5}  {priority}{record.content}{proxied}{comment}"
