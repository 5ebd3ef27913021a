"""The receiver's mailboxes, read where Postfix stored them."""

import email
import email.policy
import time
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path

from lab.errors import LabError
from lab.nodes import WORLD
from lab.world.disk import MAILBOXES


def _folder(mailbox: str) -> Path:
    if mailbox not in MAILBOXES:
        raise LabError(f"the receiver has no mailbox {mailbox}; it has {', '.join(MAILBOXES)}")
    return WORLD.root() / "var/mail/lab" / mailbox / "new"


def _arrival(file: Path) -> tuple[int, str]:
    return file.stat().st_mtime_ns, file.name


def messages(mailbox: str) -> list[bytes]:
    """Return the stored messages of ``mailbox`` in the order of their arrival.

    Raises:
        LabError: there is no such mailbox, or the world does not run.
    """
    folder = _folder(mailbox)
    if not folder.exists():
        return []
    return [file.read_bytes() for file in sorted(folder.iterdir(), key=_arrival)]


def parse(raw: bytes) -> EmailMessage:
    """Return a stored message with its header fields decoded."""
    return email.message_from_bytes(raw, policy=email.policy.default)


def with_subject(subject: str) -> Callable[[bytes], bool]:
    """Return a predicate for ``wait_for``: the message has this subject."""
    return lambda raw: parse(raw)["Subject"] == subject


def wait_for(mailbox: str, wanted: Callable[[bytes], bool] | str, *, timeout: float = 30) -> bytes:
    """Wait for a message that is ``wanted`` (a predicate, or its subject) and return it as stored.

    Raises:
        LabError: none arrived within ``timeout`` seconds; the message tells what did.
    """
    predicate = with_subject(wanted) if isinstance(wanted, str) else wanted
    deadline = time.monotonic() + timeout
    while True:
        arrived = messages(mailbox)
        for raw in arrived:
            if predicate(raw):
                return raw
        if time.monotonic() > deadline:
            subjects = [str(parse(raw)["Subject"]) for raw in arrived]
            raise LabError(f"no such mail for {mailbox} in {timeout:.0f} s; arrived: {subjects}")
        time.sleep(0.05)


def clear() -> None:
    """Throw away the stored messages of all mailboxes."""
    for mailbox in MAILBOXES:
        folder = _folder(mailbox)
        if folder.exists():
            for file in folder.iterdir():
                file.unlink(missing_ok=True)
