"""Mail that waits: the files of chasquid's queue, as they lie on the host, without the mail itself.

A file is protobuf's text format, which Go writes with one field a line and blanks at random.
"""

import ast
import re
from collections.abc import Sequence
from dataclasses import dataclass

from mail.printable import printable

_FIELD = re.compile(r'\s*(?P<name>\w+):\s*(?P<value>"(?:[^"\\]|\\.)*"|[\w.-]+)\s*')
_OPEN = re.compile(r"\s*(?P<name>\w+):?\s*\{\s*")
PENDING = "PENDING"


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """One mail that waits.

    Attributes:
        id: chasquid's.
        sender: envelope sender.
        since: when it was taken, in seconds since 1970.
        recipients: who has not got it yet, and the last answer for each; empty if none was tried.
    """

    id: str
    sender: str
    since: float
    recipients: tuple[tuple[str, str], ...]


def read(lines: Sequence[str]) -> Waiting | None:
    """Return what ``lines`` of one file say; None if no mail waits there any more."""
    top: dict[str, str] = {}
    recipients: list[dict[str, str]] = []
    inside, block = top, ""
    for line in lines:
        if opened := _OPEN.fullmatch(line):
            block, inside = opened["name"], {}
        elif line.strip() == "}":
            if block == "rcpt":
                recipients.append(inside)
            elif block == "created_at_ts":
                top["since"] = inside.get("seconds", "0")
            inside, block = top, ""
        elif found := _FIELD.fullmatch(line):
            inside[found["name"]] = _value(found["value"])
    # A field that has its type's zero is not written, and PENDING is zero.
    pending = [one for one in recipients if one.get("status", PENDING) == PENDING]
    if "ID" not in top or not pending:
        return None
    since = top.get("since", "0")
    return Waiting(
        id=top["ID"],
        sender=top.get("from", "<>"),
        since=float(since) if since.isdecimal() else 0.0,
        recipients=tuple(
            (one.get("address", ""), one.get("last_failure_message", "")) for one in pending
        ),
    )


def _value(text: str) -> str:
    if not text.startswith('"'):
        return text
    try:
        return printable(str(ast.literal_eval(text)))
    except (ValueError, SyntaxError):
        return printable(text.strip('"'))
