"""Shuts out who guesses passwords; run by ``tapal-door.service``.

    python3 -m mail.door.daemon [--block SECONDS] [--settings FILE] [--state FOLDER] [--journal …]

It has the right to change the firewall's sets and to read the journal, and no other.
"""

import argparse
import json
import logging
import select
import signal
import socket
import sys
from pathlib import Path

from mail.door.book import Book
from mail.door.firewall import Changes
from mail.door.follower import Follower
from mail.door.journal import Journal
from mail.door.record import FIRST_BLOCK
from mail.gate.watchdog import Watchdog

SETTINGS = Path("/etc/tapal/door.json")
STATE = Path("/var/lib/tapal-door")
EVERY = 50  # milliseconds between two looks at the journal; a login takes 100


def main(arguments: "list[str] | None" = None) -> None:
    """Follow the journal until told to end."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--settings", type=Path, default=SETTINGS)
    parser.add_argument("--state", type=Path, default=STATE)
    parser.add_argument("--journal", help="folder of the journal's files, if not the system's own")
    parser.add_argument("--block", type=float, default=FIRST_BLOCK, help="seconds of a first block")
    parsed = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr)
    settings = json.loads(parsed.settings.read_text(encoding="utf-8"))
    kept = Book(spared=settings["neverBlock"], first=parsed.block)
    _run(Journal(parsed.journal), kept, parsed.state)


def _run(journal: Journal, kept: Book, state: Path) -> None:
    changes = Changes()
    follower = Follower(journal, kept, state)
    ended, noted = socket.socketpair()
    _wake(noted)
    calls = select.poll()
    for one in (journal.descriptor, changes, ended):
        calls.register(one, select.POLLIN)
    follower.start()
    watchdog = Watchdog()
    watchdog.ready()
    while True:
        called = {descriptor for descriptor, _ in calls.poll(EVERY)}
        if ended.fileno() in called:
            break
        if journal.descriptor in called:
            journal.changed()
        if changes.fileno() in called:
            changes.heard()
            follower.look()
        follower.follow()
        watchdog.alive()
    follower.save()


def _wake(noted: socket.socket) -> None:
    """Have a signal that ends the service written to ``noted``."""
    noted.setblocking(False)
    signal.set_wakeup_fd(noted.fileno())
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _note)


def _note(*_: object) -> None:
    """Let a signal only wake up `poll`."""


if __name__ == "__main__":
    main()
