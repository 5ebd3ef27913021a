"""What a line of the journal says about an address: a failed login, a good one, a mail, SSH.

Only what stands first in chasquid's lines is read, which no client writes. A client's words come
after it.
"""

import re
from dataclasses import dataclass

from mail.door import source

FAILED = "failed"  # a login with a wrong password, or as nobody
LOGGED_IN = "logged in"
MAILED = "mailed"  # a mail of his was taken
OPERATOR = "operator"  # logged in by SSH
FREED = "freed"  # a person has said that he may come in again

CHASQUID = "chasquid.service"
SSHD = ("sshd", "sshd-session")  # one process until OpenSSH 9.7, two since
STATUS = "tapal-door"  # `mail.door.status`, run by root

_TIME = r"(?:\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)? )?"
_LOGIN = re.compile(_TIME + r"(\S+):\d+ auth (failed|succeeded) for ")
_QUEUED = re.compile(_TIME + r"[A-Za-z0-9_-]+ from=\S* queued ip=(\S+):\d+ to=")
_SSH = re.compile(r"Accepted \S+ for \S+ from (\S+) port \d+ ")
_FREE = re.compile(r"free (\S+)\Z")


@dataclass(frozen=True)
class Entry:
    """One entry of the journal.

    Attributes:
        at: When it was written: seconds since 1970.
        unit: The service whose process wrote it, as systemd vouches for.
        identifier: What the writer calls itself; vouched for only together with ``unit`` or root.
        message: The line.
        cursor: Where the entry stands in the journal.
        cut: Whether the line goes on in the next entry.
    """

    at: float
    unit: str
    identifier: str
    message: str
    cursor: str = ""
    cut: bool = False


@dataclass(frozen=True)
class Event:
    """Something that an address did.

    Attributes:
        what: One of this module's five words.
        source: Who: see `mail.door.source`.
        at: When: seconds since 1970.
    """

    what: str
    source: str
    at: float


def read(entry: Entry) -> "Event | None":
    """Return what ``entry`` says of an address, or None if it says nothing of one.

    Args:
        entry: chasquid's own, or one that root wrote.
    """
    if entry.unit == CHASQUID:
        return _chasquid(entry)
    if entry.identifier in SSHD:
        return _event(OPERATOR, _SSH.match(entry.message), entry)
    if entry.identifier == STATUS:
        return _event(FREED, _FREE.match(entry.message), entry)
    return None


def _chasquid(entry: Entry) -> "Event | None":
    login = _LOGIN.match(entry.message)
    if login:
        return _event(FAILED if login[2] == "failed" else LOGGED_IN, login, entry)
    return _event(MAILED, _QUEUED.match(entry.message), entry)


def _event(what: str, found: "re.Match[str] | None", entry: Entry) -> "Event | None":
    who = source.of(found[1].strip("[]")) if found else None
    return Event(what, who, entry.at) if who else None
