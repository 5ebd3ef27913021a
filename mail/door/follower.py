"""Takes what the journal tells, keeps the book, and tells the kernel."""

import logging
import time
from datetime import datetime, timezone
from pathlib import Path

from mail.door import book, firewall, line, memory, source
from mail.door.book import Book
from mail.door.firewall import FirewallError
from mail.door.journal import Journal, JournalError
from mail.door.line import Entry

SOON = 1.0  # seconds until a failed login is kept on disk
LATER = 60.0  # until a mail is
AGAIN = 2.0  # seconds after which a firewall that was not there is looked for
BEFORE = 3600.0  # seconds of the journal that are read at the very first start

_log = logging.getLogger("tapal-door")


class Follower:
    """Follows one journal.

    Args:
        journal: Is read.
        kept: Has what is remembered.
        folder: Where that is kept.
    """

    def __init__(self, journal: Journal, kept: Book, folder: Path) -> None:
        self._journal, self._book, self._folder = journal, kept, folder
        self._cut = False
        self._number: int | None = None  # of the table that was filled
        self._look_at = 0.0
        self._save_at = float("inf")
        self._said: set[str] = set()
        self._shut: list[str] = []  # whose connections are to be ended
        self._known: dict[str, float] = {}  # who has become known, and until when

    def start(self) -> None:
        """Go on where the last one stopped; nothing that still holds is lost."""
        now = time.time()
        cursor = ""
        try:
            before = memory.read(self._folder)
            if before is not None:
                self._book.load(before)
                cursor = str(before["cursor"])
        except (OSError, ValueError) as error:
            _log.error("what was remembered is lost: %s", error)
        self._journal.start(cursor, now - BEFORE)
        freed = self._book.spare(now)
        self._tell(firewall.free(freed))
        self.look()

    def follow(self) -> None:
        """Take what has come since the last call."""
        commands = []
        for entry in self._journal.new():
            # What follows a cut line is the rest of it, in the words of a client.
            is_rest, self._cut = self._cut, entry.cut
            if not is_rest:
                commands.append(self._take(entry))
        self._tell("".join(commands))
        for who in self._shut:
            firewall.hang_up(who)
        self._shut.clear()
        self._tell_known()
        now = time.monotonic()
        if now >= self._save_at:
            self.save()
        if self._number is None and now >= self._look_at:
            self.look()

    def look(self) -> None:
        """Fill the kernel's sets, if the firewall was loaded anew since they were filled."""
        self._look_at = time.monotonic() + AGAIN
        try:
            number = firewall.number()
            if number is not None and number != self._number:
                now = time.time()
                firewall.run(firewall.block(self._book.blocked(now)))
                self._known = self._book.known(now)
                self._tell_known()
                _log.info("the firewall knows the %d blocked", len(self._book.blocked(now)))
            self._number = number
            if number is None:
                self._complain("the firewall is not loaded")
            else:
                self._said.clear()
        except FirewallError as error:
            self._number = None
            self._complain(f"the firewall cannot be filled: {error}")

    def save(self) -> None:
        """Keep what is remembered."""
        self._save_at = float("inf")
        try:
            memory.write(self._folder, self._book.dump(), self._journal.cursor())
        except JournalError:
            return  # nothing was read yet
        except OSError as error:
            self._complain(f"what is remembered cannot be kept: {error}")
            self._save_by(LATER)

    def _take(self, entry: Entry) -> str:
        event = line.read(entry)
        if event is None:
            return ""
        self._save_by(LATER if event.what in (line.LOGGED_IN, line.MAILED) else SOON)
        return "".join(self._command(*change) for change in self._book.take(event))

    def _command(self, what: str, who: str, until: float) -> str:
        if what == book.KNOW:
            self._known[who] = until
            return ""
        if what == book.FREE:
            _log.info("free: %s", source.shown(who))
            return firewall.free([who])
        end = datetime.fromtimestamp(until, timezone.utc)
        _log.info("blocked until %s: %s", f"{end:%Y-%m-%d %H:%M:%S} UTC", source.shown(who))
        self._shut += [who] if until > time.time() else []
        return firewall.block({who: until})

    def _tell(self, commands: str) -> None:
        try:
            firewall.run(commands)
        except FirewallError as error:
            # `look` has all of it done as soon as it can be.
            self._number = None
            self._complain(f"the firewall cannot be told: {error}")

    def _tell_known(self) -> None:
        # By itself: a set that is full of who is known must keep nobody from being blocked.
        try:
            firewall.run(firewall.block(self._known, firewall.KNOWN))
        except FirewallError as error:
            self._complain(f"the firewall does not learn who is known: {error}")
        self._known = {}

    def _save_by(self, seconds: float) -> None:
        self._save_at = min(self._save_at, time.monotonic() + seconds)

    def _complain(self, problem: str) -> None:
        if problem not in self._said:  # once, and not 20 times a second
            _log.error("%s", problem)
            self._said.add(problem)
