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
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import IO

from tools.engine import orphans, processes
from tools.engine.ask import say
from tools.engine.backend import PROJECT

PAUSE = 0.1  # seconds between two looks at the signals that came
MOMENT = 1.0  # seconds in which a run may end before anything is said of it
GRACE = 3.4  # seconds between the first and the second SIGINT
STOPS = (signal.SIGINT, signal.SIGTERM)


def _printed(line: str) -> None:
    sys.stderr.write(line)
    sys.stderr.flush()


def _nothing(*_: object) -> None:
    """Do nothing."""


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
        output: what was printed on its standard output, if that was taken.
    """

    status: int
    stopped: bool
    errors: str
    output: str = ""


@dataclass(frozen=True, kw_only=True)
class Streams:
    """Where what is printed goes, and who looks on meanwhile.

    Attributes:
        out: gets each line of standard output; None to have it printed as it comes.
        err: gets each line of standard error.
        tick: called every tenth of a second.
    """

    out: Callable[[str], None] | None = None
    err: Callable[[str], None] = _printed
    tick: Callable[[], None] = _nothing


INHERITED = Streams()


def run(
    arguments: Sequence[str], environment: Mapping[str, str], streams: Streams = INHERITED
) -> Ended:
    """Run ``pulumi ARGUMENTS`` in the project's folder.

    Args:
        arguments: what it is asked.
        environment: what it runs in.
        streams: where what it prints goes; on this process's terminal, if not said.

    Raises:
        FileNotFoundError: no program is called pulumi.
    """
    with _signals() as asked:
        process = subprocess.Popen(
            ["pulumi", *arguments, "--color", _colour(streams)],
            cwd=PROJECT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=None if streams.out is None else subprocess.PIPE,
            stderr=subprocess.PIPE,
            process_group=0,
        )
        errors, output = (
            _Copy(process.stderr, _until(asked, streams.err)),
            _Copy(process.stdout, streams.out),
        )
        status = _wait(process, asked, streams.tick)
        if asked:
            orphans.end()
    return Ended(
        status=status if status >= 0 else 128 - status,
        stopped=bool(asked),
        errors=errors.whole(),
        output=output.whole(),
    )


def _until(asked: Sequence[int], sink: Callable[[str], None]) -> Callable[[str], None]:
    """Return a sink that takes nothing any more once an end was asked for: that is no news."""
    return lambda line: None if asked else sink(line)


def _colour(streams: Streams) -> str:
    return "always" if streams.out is None and sys.stdout.isatty() else "never"


def _wait(
    process: "subprocess.Popen[bytes]", asked: Sequence[int], tick: Callable[[], None]
) -> int:
    """Return the status of ``process`` when it has ended; end it stage by stage if it was asked."""
    stages, answered, due, told = iter(STAGES), 0, math.inf, math.inf
    while True:
        tick()
        with suppress(subprocess.TimeoutExpired):
            return process.wait(timeout=PAUSE)
        if time.monotonic() > told:
            say("· stopping: what is under way has a moment to end …")
            told = math.inf
        if len(asked) == answered and time.monotonic() < due:
            continue
        if answered == 0:
            told = time.monotonic() + MOMENT
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


class _Copy:
    """What a stream brings, handed on line by line, and kept."""

    def __init__(self, source: IO[bytes] | None, sink: Callable[[str], None] | None) -> None:
        self._kept: list[str] = []
        self._source, self._sink = source, sink
        self._thread = threading.Thread(target=self._copy, daemon=True)
        self._thread.start()

    def whole(self) -> str:
        """Return what came, once the stream has ended."""
        self._thread.join(timeout=1)  # what outlives pulumi may hold the pipe open
        return "".join(self._kept)

    def _copy(self) -> None:
        for raw in self._source or ():
            line = raw.decode(errors="replace")
            self._kept.append(line)
            if self._sink:
                self._sink(line)
