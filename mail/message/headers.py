"""A message's headers as text: unfolded, in order, the topmost first."""

from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.utils import parsedate_to_datetime


@dataclass(frozen=True, kw_only=True)
class Headers:
    """The headers of one message as ``(name, value)``."""

    fields: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, raw: bytes) -> "Headers":
        """Take the headers of a message."""
        # The old policy keeps each value as it stands; the new ones would parse and rewrite it.
        message = message_from_bytes(raw)
        items = ((name, " ".join(str(value).split())) for name, value in message.items())
        return cls(fields=tuple(items))

    def all(self, name: str) -> list[str]:
        """Return the values of every header ``name``."""
        return [value for known, value in self.fields if known.lower() == name.lower()]

    def first(self, name: str) -> str:
        """Return the value of the topmost header ``name``; empty if there is none."""
        return next(iter(self.all(name)), "")

    def date(self, name: str) -> datetime | None:
        """Return the date in the topmost header ``name``; None if there is none."""
        return date(self.first(name))


def date(text: str) -> datetime | None:
    """Read a date of RFC 5322 §3.3; None if ``text`` is not one."""
    try:
        found = parsedate_to_datetime(text)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
