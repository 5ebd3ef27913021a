"""A record as a zone holds it, and the zone's whole content as one listing."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from mail import dmarc, txt
from mail.spf import record
from mail.zone import owner

Kind = Literal["address", "spf", "dmarc", "dkim", "mx"]
"""What a record is for; two records of one kind at one name may contradict each other."""

AUTOMATIC_TTL = 1


@dataclass(frozen=True, kw_only=True)
class ZoneRecord:
    """One record of a zone.

    Attributes:
        name: complete name, lower case, no final dot.
        type: ``A``, ``TXT``, …
        content: as the zone's provider has it; a TXT in quotes (see `mail.txt`).
        ttl: seconds; 1 is the provider's automatic one.
        priority: of an MX.
        comment: the note on the record; it tells whose the record is (`mail.zone.owner`).
        proxied: whether the provider stands in front of it.
        tags: further notes.
        id: the provider's name for it; empty for a record that does not exist yet.
        owner: the stack that it belongs to (`mail.zone.owner.short`); empty for a foreign one.
        held: whether it is a resource of this stack's state already.
    """

    name: str
    type: str
    content: str
    ttl: int = AUTOMATIC_TTL
    priority: int | None = None
    comment: str = ""
    proxied: bool = False
    tags: tuple[str, ...] = ()
    id: str = ""
    owner: str = ""
    held: bool = False

    @property
    def value(self) -> str:
        """The content as receivers see it: a TXT unquoted and joined, a name without its dot."""
        if self.type == "TXT":
            try:
                return txt.unquote(self.content)
            except ValueError:
                return self.content
        return self.content.lower().removesuffix(".")

    def says(self, other: "ZoneRecord") -> bool:
        """Return whether both say the same: name, type, value, and for MX the priority."""
        mine = (self.name, self.type, self.value, self.priority if self.type == "MX" else None)
        return mine == (
            other.name,
            other.type,
            other.value,
            other.priority if other.type == "MX" else None,
        )

    def is_a(self, kind: Kind) -> bool:
        """Return whether the record is of ``kind``."""
        if self.type == "TXT":
            return {
                "spf": record.is_spf(self.value),
                "dmarc": dmarc.is_dmarc(self.value),
                "dkim": True,
            }.get(kind, False)
        return self.type == {"mx": "MX"}.get(kind) or (
            kind == "address" and self.type in ("A", "AAAA")
        )

    def __str__(self) -> str:
        """Return the record as a person reads it: verbatim, with what else is known of it."""
        priority = f"{self.priority} " if self.type == "MX" else ""
        content = self.content
        if self.type == "TXT" and not content.startswith('"'):
            content = f'"{content}"'
        notes = [] if self.ttl == AUTOMATIC_TTL else [f"ttl {self.ttl}"]
        notes += ["proxied"] if self.proxied else []
        notes += [f"comment {self.comment!r}"] if self.comment else []
        notes += [f"tags {', '.join(self.tags)}"] if self.tags else []
        shown = f"{self.name} {self.type} {priority}{content}"
        return f"{shown} ({', '.join(notes)})" if notes else shown


PreviousRRsets = Mapping[tuple[str, Kind], tuple[ZoneRecord, ...]]
"""By name and kind, the records that a stack's own replaced, as its state remembers them."""


@dataclass(frozen=True, kw_only=True)
class Listing:
    """A zone's content as one stack sees it.

    Attributes:
        zone: the zone's name.
        stack: the stack that looks.
        records: everything that the zone holds.
        previous: what was there before this stack's records replaced it.
        keys: what each of this stack's DKIM keys says in the DNS, by its record's name.
    """

    zone: str
    stack: str
    records: Sequence[ZoneRecord] = ()
    previous: PreviousRRsets = field(default_factory=dict)
    keys: Mapping[str, str] = field(default_factory=dict)

    def of_kind(self, name: str, kind: Kind) -> list[ZoneRecord]:
        """Return the records of ``kind`` at ``name``."""
        return [one for one in self.records if one.name == name and one.is_a(kind)]

    def at(self, name: str, *types: str) -> list[ZoneRecord]:
        """Return the records at ``name`` of one of ``types``."""
        return [one for one in self.records if one.name == name and one.type in types]

    def before_ours(self, name: str, kind: Kind) -> tuple[ZoneRecord, ...]:
        """Return what was at ``name`` before this stack's records replaced it."""
        return self.previous.get((name, kind), ())

    def is_ours(self, record: ZoneRecord) -> bool:
        """Return whether ``record`` is this stack's own."""
        return record.owner == owner.short(self.stack)

    def is_foreign(self, record: ZoneRecord) -> bool:
        """Return whether ``record`` belongs to no stack at all."""
        return not record.owner

    def above(self, name: str) -> Iterator[str]:
        """Yield ``name`` and the names above it, as far as the zone's own, which is left out."""
        while name.endswith(f".{self.zone}"):
            yield name
            name = name.partition(".")[2]


def seen_by(stack: str, record: ZoneRecord, state_comment: str | None) -> ZoneRecord:
    """Return ``record`` with its owner: from its comment, or from the one in the state.

    If somebody removed the comment of a record that this stack made, the record still counts as the
    stack's own. So do records that it made under an earlier name.

    Args:
        stack: the stack that looks.
        record: as the zone has it.
        state_comment: the comment in the stack's state; None if the state has no such record.
    """
    whose = owner.stack_of(record.comment)
    made_by = owner.stack_of(state_comment or "")
    if made_by and whose in ("", made_by):
        whose = owner.short(stack)
    return replace(record, owner=whose, held=state_comment is not None)
