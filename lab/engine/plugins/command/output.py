"""What a command left behind: its output, or the error that the user reads."""

from dataclasses import dataclass, field

from lab.engine.plugins.command.log import Lines, Log, Logging
from lab.engine.plugins.command.wording import quoted


class CommandError(Exception):
    """An operation failed; the message is the whole text for the user."""


@dataclass(frozen=True, kw_only=True)
class Output:
    """Standard output and standard error of a command that succeeded, without the last newline."""

    stdout: str = ""
    stderr: str = ""


@dataclass(kw_only=True)
class Recorder:
    """Collects both streams of a running command, and shows those that are to be shown."""

    command: str
    log: Log
    logging: Logging
    _stdout: bytearray = field(default_factory=bytearray)
    _stderr: bytearray = field(default_factory=bytearray)
    _both: bytearray = field(default_factory=bytearray)

    def __post_init__(self) -> None:
        self._lines = Lines(self.log)

    async def stdout(self, piece: bytes) -> None:
        """Take a piece of standard output."""
        self._stdout += piece
        self._both += piece
        if self.logging.stdout:
            await self._lines.add(piece)

    async def stderr(self, piece: bytes) -> None:
        """Take a piece of standard error."""
        self._stderr += piece
        self._both += piece
        if self.logging.stderr:
            await self._lines.add(piece)

    async def finished(self, failure: str) -> Output:
        """Return the output once the command has ended.

        Raises:
            CommandError: ``failure`` is not empty; the message repeats the command and its output.
        """
        await self._lines.end()
        if failure:
            output = self._both.decode(errors="replace")
            raise CommandError(f"{failure}: running {quoted(self.command)}:\n{output}")
        return Output(stdout=_text(self._stdout), stderr=_text(self._stderr))


def _text(output: bytearray) -> str:
    return output.decode(errors="replace").removesuffix("\n")
