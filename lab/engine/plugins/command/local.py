"""A command on this machine."""

import asyncio
import os
import signal
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from lab.engine.plugins.command.environment import previous_output, strings
from lab.engine.plugins.command.log import Log, Logging
from lab.engine.plugins.command.outcome import Outcome, Recorder
from lab.engine.plugins.command.wording import quoted
from lab.engine.plugins.values import Properties, text

DEFAULT_INTERPRETER = ("/bin/sh", "-c")
PIECE_BYTES = 32 * 1024


@dataclass(frozen=True, kw_only=True)
class LocalRun:
    """One run of one command, with the resource's inputs and what an earlier run returned."""

    command: str
    inputs: Properties
    previous: Outcome
    log: Log
    cancelled: asyncio.Event

    async def run(self) -> Outcome:
        """Run the command to its end and return its output.

        Raises:
            CommandError: the command cannot be started, or failed.
        """
        logging = Logging.parsed(text(self.inputs, "logging"))
        recorder = Recorder(command=self.command, log=self.log, logging=logging)
        try:
            process = await self._start()
        except OSError as error:
            return await recorder.finished(self._not_started(error))
        killer = asyncio.create_task(self._kill_when_cancelled(process))
        feeder = asyncio.create_task(self._feed(process))
        await asyncio.gather(
            _forward(process.stdout, recorder.stdout), _forward(process.stderr, recorder.stderr)
        )
        status = await process.wait()
        killer.cancel()
        feeder.cancel()
        return await recorder.finished(_failure(status))

    async def _start(self) -> Process:
        return await asyncio.create_subprocess_exec(
            *self._interpreter(),
            self.command,
            cwd=text(self.inputs, "dir") or None,
            env=os.environ
            | strings(self.inputs.get("environment"))
            | previous_output(self.inputs, self.previous),
            stdin=PIPE if text(self.inputs, "stdin") else DEVNULL,
            stdout=PIPE,
            stderr=PIPE,
        )

    def _interpreter(self) -> list[str]:
        given = self.inputs.get("interpreter")
        if isinstance(given, Sequence) and given:
            return [str(word) for word in given]
        return list(DEFAULT_INTERPRETER)

    def _not_started(self, error: OSError) -> str:
        folder = text(self.inputs, "dir")
        why = os.strerror(error.errno or 0).lower()
        if folder and not Path(folder).is_dir():
            return f"chdir {folder}: {why}"
        program = self._interpreter()[0]
        if "/" in program:
            return f"fork/exec {program}: {why}"
        return f"exec: {quoted(program)}: executable file not found in $PATH"

    async def _feed(self, process: Process) -> None:
        if process.stdin is None:
            return
        # A command may end, or close its input, without reading all of it.
        with suppress(BrokenPipeError, ConnectionResetError):
            process.stdin.write(text(self.inputs, "stdin").encode())
            await process.stdin.drain()
        process.stdin.close()

    async def _kill_when_cancelled(self, process: Process) -> None:
        await self.cancelled.wait()
        process.kill()


async def _forward(
    stream: asyncio.StreamReader | None, take: Callable[[bytes], Awaitable[None]]
) -> None:
    while stream is not None and (piece := await stream.read(PIECE_BYTES)):
        await take(piece)


def _failure(status: int) -> str:
    if status < 0:
        return f"signal: {signal.strsignal(-status) or -status}".lower()
    return f"exit status {status}" if status else ""
