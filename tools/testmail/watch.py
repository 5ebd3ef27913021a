"""Hears a server's log while a mail is on its way, until the receivers have answered."""

import queue
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from facts import mail_log
from mail.chasquid import log, mails
from mail.chasquid.log import Event
from mail.chasquid.mails import Mail
from settings.ssh_target import SshTarget
from tools import on_host
from tools.on_host import HostError


class EnoughError(Exception):
    """Nobody wants to hear more."""


@dataclass
class Watch:
    """What was heard so far.

    Attributes:
        events: of the log.
        addresses: servers that were connected to by port 25, in their order.
    """

    events: list[Event] = field(default_factory=list)
    addresses: list[str] = field(default_factory=list)
    _lines: "queue.Queue[str | BaseException]" = field(default_factory=queue.Queue)
    _enough: threading.Event = field(default_factory=threading.Event)

    def hear(self, line: str) -> None:
        """Note a line; called by the connection's own thread.

        Raises:
            EnoughError: nobody wants to hear more.
        """
        if self._enough.is_set():
            raise EnoughError
        self._lines.put(line)

    def ended(self, error: BaseException) -> None:
        """Note that nothing more will come, and why."""
        self._lines.put(error)

    def enough(self) -> None:
        """Ask for no more lines."""
        self._enough.set()

    def wait_until_ready(self, seconds: float) -> None:
        """Wait until the server's log is listened to.

        Raises:
            HostError: that does not begin in time.
            SshError: the server cannot be reached.
        """
        deadline = time.monotonic() + seconds
        while (line := self._next(deadline)) is not None:
            if line == mail_log.READY:
                return
        raise HostError("the server's log cannot be followed")

    def mail(self, sender: str, recipient: str, seconds: float) -> Mail | None:
        """Return the mail of ``sender`` to ``recipient`` when all answers are there, or time is up.

        None if the log does not tell of it.

        Raises:
            SshError: the connection broke.
        """
        deadline = time.monotonic() + seconds
        found: Mail | None = None
        while (line := self._next(deadline)) is not None:
            if line.startswith(mail_log.CONNECTED):
                self.addresses.append(line.removeprefix(mail_log.CONNECTED).strip("[]"))
            elif event := log.event_of(line):
                self.events.append(event)
            found = found or _find(self.events, sender, recipient)
            if found and any(
                one.mail == found.id and one.kind in ("done", "waits") for one in self.events
            ):
                break
        told = {one.id: one for one in mails.gather(self.events)}
        return told.get(found.id) if found else None

    def _next(self, deadline: float) -> str | None:
        try:
            got = self._lines.get(timeout=max(deadline - time.monotonic(), 0.01))
        except queue.Empty:
            return None
        if isinstance(got, BaseException):
            raise got
        return got


@contextmanager
def watching(target: SshTarget, seconds: int) -> Iterator[Watch]:
    """Yield a watch on the server's log, which is listened to for ``seconds`` at most."""
    watch = Watch()

    def listen() -> None:
        try:
            on_host.follow(target, mail_log.watching(seconds), watch.hear)
        except EnoughError:
            return
        except BaseException as error:  # noqa: BLE001 - raised by whoever waits
            watch.ended(error)
            return
        watch.ended(HostError("the server's log ended"))

    threading.Thread(target=listen, daemon=True).start()
    try:
        yield watch
    finally:
        watch.enough()


def _find(events: list[Event], sender: str, recipient: str) -> Mail | None:
    for one in mails.gather(events):
        asked = [each.lower() for each in one.asked]
        if one.sender.lower() == sender.lower() and recipient.lower() in asked:
            return one
    return None
