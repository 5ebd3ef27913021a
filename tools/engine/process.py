"""One run of `pulumi` that a person, or a pipeline, can stop.

Pulumi ends gently at the first SIGINT: it waits for what is under way, a minute if need be. At the
second it stops at once, but for 5 s that it gives its plugins, one of which may wait for a server
that does not answer: these are ended here. It runs in a process group of its own, so that Ctrl-C
at a terminal reaches it from here alone, and once.
"""

import math
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import IO

from tools.engine import processes
from tools.engine.ask import say
from tools.engine.backend import PROJECT

PAUSE = 0.1  # seconds between two looks at the signals that came
GRACE = 4.0  # seconds between the first and the second SIGINT
STOPS = (signal.SIGINT, signal.SIGTERM)


@dataclass(frozen=True, kw_only=True)
class Stage:
    """One of the ways to end a run, each rougher than the one before.

    Attributes:
        signal: what is sent.
        plugins: whether to the engine's plugins, not to the engine.
        seconds: until the next stage, unless it is asked for sooner; 0 if there is none.
    """

    signal: signal.Signals
    plugins: bool = False
    seconds: float = 0.0


STAGES = (
    Stage(signal=signal.SIGINT, seconds=GRACE),
    Stage(signal=signal.SIGINT, seconds=0.4),
    Stage(signal=signal.SIGKILL, seconds=10.0, plugins=True),
    Stage(signal=signal.SIGKILL),
)


@dataclass(frozen=True, kw_only=True)
class Ended:
    """How a run ended.

    Attributes:
        status: of the process, as a shell gives it: 128 and the signal's number if one ended it.
        stopped: whether a signal asked for it.
        errors: what was printed on its standard error.
    """

    status: int
    stopped: bool
    errors: str


def run(arguments: Sequence[str], environment: Mapping[str, str]) -> Ended:
    """Run ``pulumi ARGUMENTS`` in the project's folder, on this process's terminal.

    Raises:
        FileNotFoundError: no program is called pulumi.
    """
    with _signals() as asked:
        process = subprocess.Popen(
            ["pulumi", *arguments, "--color", "always" if sys.stdout.isatty() else "never"],
            cwd=PROJECT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            process_group=0,
        )
        errors: list[bytes] = []
        copying = threading.Thread(target=_copy, args=(process.stderr, errors), daemon=True)
        copying.start()
        status = _wait(process, asked)
        copying.join(timeout=1)  # what outlives pulumi may hold the pipe open
    return Ended(
        status=status if status >= 0 else 128 - status,
        stopped=bool(asked),
        errors=b"".join(errors).decode(errors="replace"),
    )


def _wait(process: "subprocess.Popen[bytes]", asked: Sequence[int]) -> int:
    """Return the status of ``process`` when it has ended; end it stage by stage if it was asked."""
    stages, answered, due = iter(STAGES), 0, math.inf
    while True:
        with suppress(subprocess.TimeoutExpired):
            return process.wait(timeout=PAUSE)
        if len(asked) == answered and time.monotonic() < due:
            continue
        if answered == 0:
            say("· stopping: what is under way has a moment to end …")
        answered, due = len(asked), math.inf
        if stage := next(stages, None):
            plugins = processes.descendants(process.pid)
            _send(stage.signal, plugins if stage.plugins else [process.pid])
            due = time.monotonic() + stage.seconds if stage.seconds else math.inf


def _send(number: signal.Signals, pids: Sequence[int]) -> None:
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, number)


@contextmanager
def _signals() -> Iterator[list[int]]:
    """Yield the signals that have asked for an end, as they come.

    They are noted and nothing else: one may come in the middle of whatever the last one led to.
    """
    asked: list[int] = []
    before = {number: signal.signal(number, lambda *_: asked.append(1)) for number in STOPS}
    try:
        yield asked
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _copy(source: IO[bytes] | None, into: list[bytes]) -> None:
    for line in source or ():
        into.append(line)
        sys.stderr.buffer.write(line)
        sys.stderr.buffer.flush()
