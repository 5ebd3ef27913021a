"""What accounts have sent, kept over restarts: an SQLite file in the service's state directory.

Written before a mail is taken, in one transaction for each mail and without waiting for the disk
(WAL, ``synchronous=NORMAL``): the end of the process, however sudden, loses nothing; the loss of
power may lose the last mails since the file was last synchronised (some hundreds at most), and
leaves the file whole.

Whom an account wrote to stands there as a keyed digest, from which no address can be read without
the key; the key is a file of its own. A recipient that it has not written to for `REMEMBERED` days
is forgotten, and a stranger again.
"""

import contextlib
import hashlib
import sqlite3
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from mail.gate import database as file
from mail.gate.quota import DAY, MINUTE, Minute, Window

REMEMBERED = 400  # days: a letter that goes out once a year goes to acquaintances
_LENGTH = 12  # octets of a digest: two of a billion addresses are alike once in 100 billion
_COUNT = """INSERT INTO sent VALUES (?, ?, ?, ?, ?) ON CONFLICT (account, minute) DO UPDATE SET
    mails = mails + excluded.mails, recipients = recipients + excluded.recipients,
    strangers = strangers + excluded.strangers"""
_KNOW = """INSERT INTO known VALUES (?, ?, ?, ?)
    ON CONFLICT (account, digest) DO UPDATE SET last = excluded.last"""
_FIELDS = ("tat", "last", "episode", "refused", "key", "client", "told", "denied", "confirmed")


class LedgerError(Exception):
    """The state directory or the file in it cannot be read or written."""


@dataclass
class Entry:
    """What is kept of an account, beside whom it knows.

    Attributes:
        id: Its number in the file.
        name: ``user@domain``.
        window: What it sent in the last day.
        tat: See `mail.gate.quota.rate`.
        last: When a mail of it was last taken.
        episode: When it went over a limit, if it has not been quiet since.
        refused: When a mail of it was last refused for a limit.
        key: Which limit that was, in the policy's words.
        client: From where that mail was handed in.
        told: Whether the postmaster has been told of the episode.
        denied: When it was denied, if it is.
        confirmed: Whether the policy has said so too since then.
    """

    id: int
    name: str
    window: Window = field(default_factory=Window)
    tat: float = 0
    last: float = 0
    episode: float = 0
    refused: float = 0
    key: str = ""
    client: str = ""
    told: int = 0
    denied: float = 0
    confirmed: int = 0


class Ledger:
    """The file in ``folder``; opened when it is first needed, and anew after a failure."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._database: sqlite3.Connection | None = None
        self._entries: dict[str, Entry] = {}
        self._key = b""
        self._is_broken = False

    def entry(self, name: str) -> Entry:
        """Return what is kept of the account ``name``.

        Raises:
            LedgerError: The file cannot be read or written.
        """
        database = self._open()
        if name not in self._entries:
            with self._reading():
                database.execute("INSERT OR IGNORE INTO account (name) VALUES (?)", (name,))
                query = f"SELECT id, {', '.join(_FIELDS)} FROM account WHERE name = ?"  # noqa: S608
                number, *values = database.execute(query, (name,)).fetchone()
                query = "SELECT minute, mails, recipients, strangers FROM sent WHERE account = ?"
                minutes = [Minute(*row) for row in database.execute(query, (number,))]
            named = dict(zip(_FIELDS, values, strict=True))
            self._entries[name] = Entry(number, name, Window(minutes), **named)
        return self._entries[name]

    def unsettled(self) -> "list[Entry]":
        """Return what is kept of the accounts that are denied, or of which nobody is told yet.

        Raises:
            LedgerError: The file cannot be read or written.
        """
        database = self._open()
        query = "SELECT name FROM account WHERE denied > 0 OR (episode > 0 AND NOT told)"
        with self._reading():
            names = [row[0] for row in database.execute(query)]
        return [self.entry(name) for name in names]

    def digest(self, address: str) -> bytes:
        """Return what stands for the recipient ``address``, which must be an open file's."""
        data = address.lower().encode("utf-8", "surrogateescape")
        return hashlib.blake2b(data, key=self._key, digest_size=_LENGTH).digest()

    def strangers(self, entry: Entry, recipients: Collection[bytes]) -> "set[bytes]":
        """Return those of ``recipients`` (digests) that the account has never written to.

        Raises:
            LedgerError: The file cannot be read.
        """
        database = self._open()
        marks = ",".join("?" * len(recipients))
        query = f"SELECT digest FROM known WHERE account = ? AND digest IN ({marks})"  # noqa: S608
        with self._reading():
            known = {row[0] for row in database.execute(query, (entry.id, *recipients))}
        return set(recipients) - known

    def count(
        self, entry: Entry, sent: Minute, recipients: Collection[bytes], tat: float, now: float
    ) -> None:
        """Keep that the account has sent a mail, with its new ``tat``.

        Raises:
            LedgerError: The file cannot be written; nothing is counted.
        """
        with self._transaction() as database:
            values = (sent.mails, sent.recipients, sent.strangers)
            database.execute(_COUNT, (entry.id, sent.begin, *values))
            second = int(now)
            rows = [(entry.id, digest, second, second) for digest in recipients]
            database.executemany(_KNOW, rows)
            query = "UPDATE account SET tat = ?, last = ? WHERE id = ?"
            database.execute(query, (tat, now, entry.id))
        entry.tat, entry.last = tat, now
        entry.window.add(sent)

    def keep(self, entry: Entry) -> None:
        """Keep all of ``entry`` but what it sent.

        Raises:
            LedgerError: The file cannot be written.
        """
        query = f"UPDATE account SET {', '.join(f'{one} = ?' for one in _FIELDS)} WHERE id = ?"  # noqa: S608
        with self._transaction() as database:
            database.execute(query, (*(getattr(entry, one) for one in _FIELDS), entry.id))

    def redate(self, entry: Entry) -> None:
        """Keep what the account sent as its window now has it, after the clock was set back.

        Raises:
            LedgerError: The file cannot be written.
        """
        with self._transaction() as database:
            database.execute("DELETE FROM sent WHERE account = ?", (entry.id,))
            rows = [
                (entry.id, one.begin, one.mails, one.recipients, one.strangers)
                for one in entry.window.minutes()
            ]
            database.executemany(_COUNT, rows)

    def begin_anew(self, entry: Entry, now: float) -> None:
        """Forget what the account did in the last day: somebody else may have done it.

        Raises:
            LedgerError: The file cannot be written.
        """
        with self._transaction() as database:
            database.execute("DELETE FROM sent WHERE account = ?", (entry.id,))
            query = "DELETE FROM known WHERE account = ? AND first > ?"
            database.execute(query, (entry.id, int(now) - DAY))
        fresh = Entry(entry.id, entry.name, last=entry.last)
        self._entries[entry.name] = fresh
        self.keep(fresh)

    def __del__(self) -> None:
        # A database that nobody closes is warned of (Python 3.13).
        self._close()

    def tidy(self, now: float) -> None:
        """Remove what counts no more.

        Raises:
            LedgerError: The file cannot be written.
        """
        with self._transaction() as database:
            database.execute("DELETE FROM sent WHERE minute < ?", (int(now) - DAY - MINUTE,))
            database.execute("DELETE FROM known WHERE last < ?", (int(now) - REMEMBERED * DAY,))

    def look(self) -> None:
        """Begin anew, at the next mail, if the file has been removed."""
        if self._database is not None and not (self._folder / file.NAME).exists():
            self._close()

    @contextmanager
    def _transaction(self) -> "Iterator[sqlite3.Connection]":
        database = self._open()
        with self._reading():
            database.execute("BEGIN IMMEDIATE")
            yield database
            database.execute("COMMIT")

    @contextmanager
    def _reading(self) -> "Iterator[None]":
        try:
            yield
        except sqlite3.Error as error:
            self._is_broken = file.has_broken(error)
            # Read anew next time: what is in memory may not be what is in the file.
            self._close()
            raise LedgerError(f"what accounts send cannot be kept: {error}") from error

    def _open(self) -> sqlite3.Connection:
        if self._database is None:
            self._entries.clear()
            try:
                self._key = file.key(self._folder)
                self._database = file.database(self._folder, is_broken=self._is_broken)
            except (OSError, sqlite3.Error) as error:
                raise LedgerError(f"what accounts send cannot be kept: {error}") from error
            self._is_broken = False
        return self._database

    def _close(self) -> None:
        database, self._database = self._database, None
        if database is not None:
            with contextlib.suppress(sqlite3.Error):
                database.close()
