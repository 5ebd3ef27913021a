"""The account's zones and records, kept in one JSON file that is always whole."""

import hashlib
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from pydantic import TypeAdapter

from lab.cloudflare.changes import Records

ACTIVE, DISABLED = "active", "disabled"


@dataclass(frozen=True, kw_only=True)
class Zone:
    """A zone: its records by id, in the order they were made, and whether DNSSEC is on."""

    id: str
    name: str
    created_on: str
    modified_on: str
    dnssec: str
    records: Records


class Store:
    """Zones by id, in memory, with every change on disk before it is answered."""

    def __init__(self, path: Path, names: Iterable[str]) -> None:
        """Read ``path`` if it is there, and add the zones of ``names`` that it lacks."""
        self._path = path
        self._zones = _read(path) if path.exists() else {}
        for name in names:
            zone = _new_zone(name)
            self._zones.setdefault(zone.id, zone)

    @property
    def zones(self) -> list[Zone]:
        """All zones, in the order they were named."""
        return list(self._zones.values())

    def zone(self, identifier: str) -> Zone | None:
        """Return the zone with that id, or None."""
        return self._zones.get(identifier)

    def put(self, zone: Zone) -> None:
        """Store ``zone`` in place of the one with its id: temp file, fsync, rename, fsync."""
        zones = self._zones | {zone.id: replace(zone, modified_on=timestamp())}
        _write(self._path, zones)
        self._zones = zones


def timestamp() -> str:
    """Return the time now as Cloudflare writes it: RFC 3339, UTC, microseconds."""
    return datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def zone_id(name: str) -> str:
    """Return a zone's id: from its name, so that a rebuilt lab has the ids a stack's state has."""
    return hashlib.sha256(f"tapal lab zone {name}".encode()).hexdigest()[:32]


def _new_zone(name: str) -> Zone:
    now = timestamp()
    return Zone(
        id=zone_id(name), name=name, created_on=now, modified_on=now, dnssec=DISABLED, records={}
    )


def _write(path: Path, zones: Mapping[str, Zone]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.new")
    with temporary.open("wb") as file:
        file.write(_FILE.dump_json(list(zones.values()), indent=1))
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _read(path: Path) -> dict[str, Zone]:
    return {zone.id: zone for zone in _FILE.validate_json(path.read_bytes())}


_FILE = TypeAdapter(list[Zone])
