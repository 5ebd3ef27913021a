"""One run of `pulumi` that a person, or a pipeline, can stop.

Pulumi ends gently at the first SIGINT: it waits for what is under way, a minute if need be. At the
second it stops at once, but for 5 s that it gives its plugins, one of which may wait for a server
that does not answer: these are ended here. It runs in a process group of its own, so that Ctrl-C
at a terminal reaches it from here alone, and once.
"""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from types import FrameType
from typing import IO

from tools.engine import processes
from tools.engine.backend import PROJECT

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
    stop = _Stop()
    with _handled(stop):
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
        stop.begin(process)
        status = process.wait()
        stop.end()
        copying.join(timeout=1)  # what outlives pulumi may hold the pipe open
    return Ended(
        status=status if status >= 0 else 128 - status,
        stopped=stop.asked > 0,
        errors=b"".join(errors).decode(errors="replace"),
    )


class _Stop:
    """Passes signals on to the process: SIGINT stage by stage, as time goes or as it is asked."""

    def __init__(self) -> None:
        self.asked = 0
        self._process: subprocess.Popen[bytes] | None = None
        self._timer: threading.Timer | None = None
        self._stages = iter(STAGES)

    def begin(self, process: "subprocess.Popen[bytes]") -> None:
        """Let signals reach ``process``, and one that came before it did."""
        self._process = process
        if self.asked:
            self._next()

    def end(self) -> None:
        """Forget the process, which has ended."""
        self._process = None
        if self._timer:
            self._timer.cancel()

    def __call__(self, number: int, frame: FrameType | None) -> None:
        """Stop the process, or, if that was asked already, stop it faster."""
        del number, frame
        self.asked += 1
        if self.asked == 1:
            # Not print(): the signal may have come in the middle of one.
            os.write(2, "· stopping: what is under way has a moment to end …\n".encode())
        self._next()

    def _next(self) -> None:
        if self._timer:
            self._timer.cancel()
        if self._process is None:
            return
        stage = next(self._stages, None)
        if stage is None:
            return
        pulumi = self._process.pid
        _send(stage.signal, processes.descendants(pulumi) if stage.plugins else [pulumi])
        if stage.seconds:
            self._timer = threading.Timer(stage.seconds, self._next)
            self._timer.daemon = True
            self._timer.start()


def _send(number: signal.Signals, pids: Sequence[int]) -> None:
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, number)


@contextmanager
def _handled(stop: _Stop) -> Iterator[None]:
    before = {number: signal.signal(number, stop) for number in STOPS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _copy(source: IO[bytes] | None, into: list[bytes]) -> None:
    for line in source or ():
        into.append(line)
        sys.stderr.buffer.write(line)
        sys.stderr.buffer.flush()
