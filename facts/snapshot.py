"""One reading of a host: what `snapshot.sh` prints, by kind."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

SCRIPT = Path(__file__).with_suffix(".sh").read_text(encoding="utf-8")

Row = Sequence[str]


class SnapshotError(ValueError):
    """The host's answer is not whole; the message has its last line."""


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """What a host said of itself.

    Attributes:
        rows: the fields of each line, by its kind.
        taken: our own clock when the answer came, in seconds since 1970.
    """

    rows: Mapping[str, Sequence[Row]]
    taken: float = field(default_factory=time.time)

    def values(self, kind: str) -> list[str]:
        """Return the first field of each line of ``kind``."""
        return [row[0] for row in self.rows.get(kind, ()) if row]

    def value(self, kind: str, number: int = 0) -> str:
        """Return a field of the first line of ``kind``; empty if there is none."""
        row = next(iter(self.rows.get(kind, ())), ())
        return row[number] if len(row) > number else ""

    @cached_property
    def named(self) -> Mapping[str, Mapping[str, Row]]:
        """By kind, the rest of each line by its first field; of several lines the last."""
        return {kind: {row[0]: row[1:] for row in rows if row} for kind, rows in self.rows.items()}

    def row(self, kind: str, name: str) -> Row | None:
        """Return the rest of the line of ``kind`` that begins with ``name``."""
        return self.named.get(kind, {}).get(name)


def parse(answer: bytes) -> Snapshot:
    """Return what the script's ``answer`` says.

    Raises:
        SnapshotError: it does not end as it should.
    """
    lines = answer.decode("utf-8", "replace").splitlines()
    if not lines or lines[-1] != "end":
        raise SnapshotError(f"it ends with {lines[-1]!r}" if lines else "it is empty")
    rows: dict[str, list[Row]] = {}
    for line in lines[:-1]:
        kind, *fields = line.split("\t")
        rows.setdefault(kind, []).append(fields)
    return Snapshot(rows=rows)


def command() -> list[str]:
    """Return program and arguments that read a host; root must run them."""
    return ["bash", "-c", SCRIPT, "tapal"]
