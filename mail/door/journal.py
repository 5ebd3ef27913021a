"""The journal, read by systemd's own library: new entries within some milliseconds.

`journalctl --follow` would tell of them up to a quarter of a second later, since journald announces
what it writes only so often. In that time a guesser makes a dozen tries. So the journal is asked
for new entries 20 times a second, which costs 0.3 % of a core: the library looks at memory that it
shares with journald.
"""

import contextlib
import ctypes
import os
from collections.abc import Iterator

from mail.door import line
from mail.door.line import Entry

LOCAL_SYSTEM = 1 | 4  # SD_JOURNAL_LOCAL_ONLY | SD_JOURNAL_SYSTEM
AT_ONCE = 500  # entries, so that the watchdog is told in between

# Who wrote a line: chasquid's own service, or root under one of these names.
_MATCHES = (
    (f"_SYSTEMD_UNIT={line.CHASQUID}",),
    ("_UID=0", *(f"SYSLOG_IDENTIFIER={one}" for one in (*line.SSHD, line.STATUS))),
)


class JournalError(OSError):
    """The journal cannot be read."""


class Journal:
    """The entries that matter, from a place in the journal on.

    Args:
        folder: Where the journal's files are; None is the system's own.
    """

    def __init__(self, folder: "str | None" = None) -> None:
        self._library = ctypes.CDLL("libsystemd.so.0")
        self._free = ctypes.CDLL(None).free
        self._free.argtypes = [ctypes.c_void_p]
        self._journal = ctypes.c_void_p()
        where = ctypes.byref(self._journal)
        if folder is None:
            self._call("sd_journal_open", where, ctypes.c_int(LOCAL_SYSTEM))
        else:
            self._call("sd_journal_open_directory", where, folder.encode(), ctypes.c_int(0))
        for index, alternative in enumerate(_MATCHES):
            if index:
                self._call("sd_journal_add_disjunction", self._journal)
            for match in alternative:
                text = match.encode()
                self._call("sd_journal_add_match", self._journal, text, ctypes.c_size_t(len(text)))
        self._is_unread = False  # whether the present entry is yet to be told
        self.descriptor = self._call("sd_journal_get_fd", self._journal)

    def start(self, cursor: str, since: float) -> None:
        """Go to what comes after ``cursor``, or if that is empty, after the time ``since``."""
        if cursor:
            with contextlib.suppress(JournalError):
                self._call("sd_journal_seek_cursor", self._journal, cursor.encode())
                # To the entry itself, or if that is gone, to the one that came next.
                found = self._call("sd_journal_next", self._journal)
                self._is_unread = bool(found) and not self._call(
                    "sd_journal_test_cursor", self._journal, cursor.encode()
                )
                return
        moment = ctypes.c_uint64(int(since * 1_000_000))
        self._call("sd_journal_seek_realtime_usec", self._journal, moment)

    def new(self) -> Iterator[Entry]:
        """Yield the entries that have come, `AT_ONCE` at most."""
        for _ in range(AT_ONCE):
            if not self._is_unread and not self._call("sd_journal_next", self._journal):
                return
            self._is_unread = False
            yield self._entry()

    def cursor(self) -> str:
        """Return the place of the entry that was read last.

        Raises:
            JournalError: none was read.
        """
        found = ctypes.c_void_p()
        self._call("sd_journal_get_cursor", self._journal, ctypes.byref(found))
        text = ctypes.string_at(found).decode()
        self._free(found)
        return text

    def changed(self) -> None:
        """Note that files of the journal were made or removed: `descriptor` is readable."""
        self._call("sd_journal_process", self._journal)

    def close(self) -> None:
        """Let go of the journal."""
        self._library.sd_journal_close(self._journal)

    def _entry(self) -> Entry:
        when = ctypes.c_uint64()
        self._call("sd_journal_get_realtime_usec", self._journal, ctypes.byref(when))
        return Entry(
            at=when.value / 1_000_000,
            unit=self._field("_SYSTEMD_UNIT"),
            identifier=self._field("SYSLOG_IDENTIFIER"),
            message=self._field("MESSAGE"),
            cut=bool(self._field("_LINE_BREAK")),
        )

    def _field(self, name: str) -> str:
        data, length = ctypes.c_void_p(), ctypes.c_size_t()
        found = self._library.sd_journal_get_data(
            self._journal, name.encode(), ctypes.byref(data), ctypes.byref(length)
        )
        if found < 0:
            return ""
        whole = ctypes.string_at(data, length.value)
        return whole[len(name) + 1 :].decode(errors="replace")

    def _call(self, name: str, *arguments: object) -> int:
        done: int = getattr(self._library, name)(*arguments)
        if done < 0:
            raise JournalError(-done, f"{name}: {os.strerror(-done)}")
        return done
