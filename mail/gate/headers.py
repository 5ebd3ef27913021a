"""The head of a mail, read from bytes: the few fields that the gate looks at, each as it stands.

chasquid hands its hook lines that end in LF; the fields that it adds itself may end in CR LF. It
refuses bare CR and LF, and lines that are not a field; both are refused here too, so that nothing
rests on it. Where programs differ about what a field's name is (blanks before the colon, control
characters within it), the name counts as the one that any of them could read.
"""

import re
from dataclasses import dataclass, field

AUTHORS = ("from", "sender", "resent-from", "resent-sender")
NOTICE = "x-tapal-notice"
ONE_CLICK = ("list-unsubscribe", "list-unsubscribe-post")
KINDS = frozenset({*AUTHORS, *ONE_CLICK, "date", "message-id", NOTICE})
LONGEST_HEAD = 1 << 18
LONGEST_LINE = 998  # RFC 5322 §2.1.1
# All From and Sender lines together: what is longer would cost too much to read in all ways.
LONGEST_AUTHORS = 4096

_END = re.compile(rb"\n\r?\n")
_FOLDED = re.compile(rb"\n(?![ \t])")
_KINDS = {kind.encode(): kind for kind in KINDS}
_NOT_A_FIELD = "has a line that is not a field"
_NOISE = bytes(byte for byte in range(256) if not 33 <= byte <= 126)


@dataclass(frozen=True)
class Field:
    """One field of the head.

    Attributes:
        name: As it is written, before the colon.
        value: What follows the colon, unfolded: without its line ends, blanks kept.
        longest: Length of its longest line, in octets.
    """

    name: bytes
    value: bytes
    longest: int

    @property
    def fault(self) -> str:
        """What keeps programs from agreeing on this field, or nothing."""
        if self.name.translate(None, _NOISE) != self.name:
            return "has blanks or control characters in its name"
        if self.longest > LONGEST_LINE:
            return f"has a line of more than {LONGEST_LINE} octets"
        return ""


@dataclass(frozen=True)
class Head:
    """The head of a mail.

    Attributes:
        fields: The fields of each of `KINDS`, in their order; all others are left out.
        first: The lines of the very first field, without line ends.
        fault: Why the head cannot be read without doubt, or nothing.
    """

    fields: dict[str, list[Field]] = field(default_factory=dict)
    first: tuple[bytes, ...] = ()
    fault: str = ""

    def all(self, kind: str) -> list[Field]:
        """Return the fields of one of `KINDS`."""
        return self.fields.get(kind, [])


def end(data: bytes, start: int = 0) -> int:
    """Return where the head of ``data`` ends (its last line end included), or -1 if it goes on.

    ``start`` is from where on ``data`` is new, for a reader that gets it piece by piece.
    """
    if data[:1] == b"\n" or data[:2] == b"\r\n":
        return 0
    found = _END.search(data, max(0, start - 2), LONGEST_HEAD + 2)
    return found.start() + 1 if found else -1


def read(data: bytes) -> Head:
    """Return the head of the mail ``data``; never raises."""
    length = end(data)
    if length < 0 and len(data) > LONGEST_HEAD:
        return Head(fault=f"is longer than {LONGEST_HEAD} octets")
    text = data if length < 0 else data[:length]
    if b"\r" in text:
        text = text.replace(b"\r\n", b"\n")
        if b"\r" in text:
            return Head(fault="has a carriage return that does not end a line")
    return _fields(_FOLDED.split(text.removesuffix(b"\n"))) if text else Head()


def _fields(parts: list[bytes]) -> Head:
    """Return the head of ``parts``, each a field with its folded lines."""
    if parts[0][:1] in (b" ", b"\t"):
        return Head(fault=_NOT_A_FIELD)
    fields: dict[str, list[Field]] = {}
    authors = 0
    for part in parts:
        name, colon, value = part.partition(b":")
        if not colon or b"\n" in name:
            return Head(fault=_NOT_A_FIELD)
        kind = _KINDS.get(name.translate(None, _NOISE).lower())
        if kind is None:
            continue
        authors += len(part) if kind in AUTHORS else 0
        if authors > LONGEST_AUTHORS:
            return Head(fault=f"has From and Sender lines of more than {LONGEST_AUTHORS} octets")
        longest = max(map(len, part.split(b"\n")))
        found = Field(name=name, value=value.replace(b"\n", b""), longest=longest)
        fields.setdefault(kind, []).append(found)
    return Head(fields=fields, first=tuple(parts[0].split(b"\n")))
