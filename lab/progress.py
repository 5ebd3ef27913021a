"""Progress lines: what is being done, and how many seconds it took."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from lab.errors import LabError


def say(line: str) -> None:
    """Print one line for the person who waits; standard output stays for results."""
    print(line, file=sys.stderr, flush=True)


@contextmanager
def step(doing: str) -> Iterator[None]:
    """Say what is being done and, afterwards, how long it took (or that it failed)."""
    say(f"· {doing} …")
    start = time.monotonic()
    try:
        yield
    except BaseException:
        say(f"✗ {doing} ({time.monotonic() - start:.1f} s)")
        raise
    say(f"✓ {doing} ({time.monotonic() - start:.1f} s)")


def wait_until(
    ready: Callable[[], bool], *, what: str, seconds: float, pause: float = 0.05
) -> None:
    """Wait until ``ready()`` says so.

    Raises:
        LabError: it did not within ``seconds``; ``what`` is the message, and says what failed.
    """
    deadline = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > deadline:
            raise LabError(f"{what} within {seconds:.0f} s")
        time.sleep(pause)
