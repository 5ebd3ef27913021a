"""A terminal with a person at it: reads what a command asks and types the answer."""

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import termios
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b[=>78]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\r")

_QUIET = 0.1  # seconds

Answers = Sequence[tuple[str, str]]
"""A pattern of what is asked, and what is typed then (``\\g<group>`` of it; Enter is added)."""


@dataclass(frozen=True, kw_only=True)
class Said:
    """What a command left behind: its exit status, its output without colours, what was asked.

    Attributes:
        status: as a shell has it.
        output: all that it printed.
        answers: how many questions were answered.
    """

    status: int
    output: str
    answers: int = 0


def run(
    argv: Sequence[str],
    *,
    answers: Answers = (),
    first: Answers = (),
    cwd: Path,
    env: Mapping[str, str],
    timeout: float = 300,
) -> Said:
    """Run ``argv`` on a terminal of its own; each question is answered as often as it is asked.

    What stands in ``first`` is typed once, before the other answers count.

    Raises:
        TimeoutError: it did not end; the message holds what it said, a question perhaps.
    """
    ours, theirs = pty.openpty()
    # With a terminal that it controls: some programs open /dev/tty to ask.
    process = subprocess.Popen(
        ["setsid", "--ctty", "--wait", *argv],
        stdin=theirs, stdout=theirs, stderr=theirs, cwd=cwd, env=env,
    )  # fmt: skip
    os.close(theirs)
    _size(ours)
    waiting = list(first)
    deadline = time.monotonic() + timeout
    said, asked, count = "", 0, 0
    try:
        while (more := _read(ours)) != "":
            said += more or ""
            if more is None:  # whoever asks has said all, and waits
                before, asked = asked, _answer(ours, said, asked, answers, waiting)
                count += asked > before
            if time.monotonic() > deadline:
                raise TimeoutError(f"{' '.join(argv)}\n{plain(said)}")
        return Said(status=process.wait(timeout=30), output=plain(said), answers=count)
    finally:
        os.close(ours)
        if process.poll() is None:
            process.kill()
            process.wait()


def plain(text: str) -> str:
    """Return ``text`` without what moves the cursor or colours it."""
    return _CONTROL.sub("", text)


def _read(terminal: int) -> str | None:
    """Return what is there, None if nothing is yet, an empty text when the other end is closed."""
    ready, _, _ = select.select([terminal], [], [], _QUIET)
    if not ready:
        return None
    try:
        return os.read(terminal, 65536).decode(errors="replace")
    except OSError:  # what a closed terminal says on Linux
        return ""


def _size(terminal: int) -> None:
    """Make the terminal 80 columns wide, as most are."""
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))


def _answer(
    terminal: int, said: str, asked: int, answers: Answers, waiting: list[tuple[str, str]]
) -> int:
    """Answer a question at the end of what was said since place ``asked``; return the new place."""
    fresh = plain(said[asked:])
    for question, answer in [*waiting, *answers]:
        if asked_for := re.search(question + r"\s*$", fresh, re.DOTALL):
            if (question, answer) in waiting:
                waiting.remove((question, answer))
            os.write(terminal, f"{asked_for.expand(answer)}\r".encode())
            return len(said)
    return asked
