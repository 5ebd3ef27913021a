"""The files that the gate's record is in: opened, and begun anew when they are gone or broken."""

import contextlib
import logging
import secrets
import sqlite3
from pathlib import Path

NAME = "limits.db"
KEY = "recipients.key"
VERSION = 1
_SCHEMA = """
CREATE TABLE account (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, tat REAL NOT NULL DEFAULT 0,
    last REAL NOT NULL DEFAULT 0, episode REAL NOT NULL DEFAULT 0, refused REAL NOT NULL DEFAULT 0,
    key TEXT NOT NULL DEFAULT '', client TEXT NOT NULL DEFAULT '', told INTEGER NOT NULL DEFAULT 0,
    denied REAL NOT NULL DEFAULT 0, confirmed INTEGER NOT NULL DEFAULT 0);
CREATE TABLE sent (
    account INTEGER, minute INTEGER, mails INTEGER, recipients INTEGER, strangers INTEGER,
    PRIMARY KEY (account, minute)) WITHOUT ROWID;
CREATE TABLE known (
    account INTEGER, digest BLOB, first INTEGER, last INTEGER,
    PRIMARY KEY (account, digest)) WITHOUT ROWID;
"""

_log = logging.getLogger("tapal-gate")


def key(folder: Path) -> bytes:
    """Return the digests' key, made at first.

    Raises:
        OSError: It cannot be read or written.
    """
    path = folder / KEY
    with contextlib.suppress(FileNotFoundError):
        found = path.read_bytes()
        if len(found) == 32:
            return found
    made = secrets.token_bytes(32)
    beside = path.with_suffix(".new")
    beside.write_bytes(made)
    beside.replace(path)
    return made


def database(folder: Path, *, is_broken: bool) -> sqlite3.Connection:
    """Open the record; one that is broken is put aside, and a new one begun.

    Args:
        folder: Where it lies.
        is_broken: Whether it is known to be broken.

    Raises:
        OSError: It cannot be put aside.
        sqlite3.Error: It cannot be opened, or begun.
    """
    path = folder / NAME
    if not is_broken and not path.exists():
        _log.warning("there is no record of what accounts have sent: counting starts anew")
    try:
        if not is_broken:
            return _opened(path)
    except sqlite3.DatabaseError as error:
        if not has_broken(error):
            raise
    _log.warning("the record of what accounts have sent is broken: counting starts anew")
    path.replace(path.with_suffix(".broken"))
    for more in ("-wal", "-shm"):
        path.with_name(path.name + more).unlink(missing_ok=True)
    return _opened(path)


def has_broken(error: sqlite3.Error) -> bool:
    """Return whether it is the file's fault, and not that of the disk or of a right."""
    return type(error) is sqlite3.DatabaseError


def _opened(path: Path) -> sqlite3.Connection:
    database = sqlite3.connect(path, isolation_level=None, timeout=0.2, cached_statements=64)
    try:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = NORMAL")
        (version,) = database.execute("PRAGMA user_version").fetchone()
        if version != VERSION:
            database.executescript(f"BEGIN; {_SCHEMA} PRAGMA user_version = {VERSION}; COMMIT;")
    except sqlite3.Error:
        database.close()
        raise
    return database
