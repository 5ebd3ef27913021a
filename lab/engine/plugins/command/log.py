"""What a running operation tells the user, through the engine."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pulumi.runtime.proto.engine_pb2 import LogRequest, LogSeverity

if TYPE_CHECKING:
    from pulumi.runtime.proto.engine_pb2_grpc import EngineAsyncStub


@dataclass(frozen=True, kw_only=True)
class Log:
    """The engine's log, bound to the resource ``urn``, beside which messages are shown."""

    engine: "EngineAsyncStub"
    urn: str

    async def status(self, message: str) -> None:
        """Show one line of progress beside the resource: it is not kept among the messages."""
        await self._say(LogSeverity.INFO, message, ephemeral=True)

    async def warning(self, message: str) -> None:
        """Show a warning."""
        await self._say(LogSeverity.WARNING, message)

    async def failure(self, message: str) -> None:
        """Show an error; it makes the operation fail."""
        await self._say(LogSeverity.ERROR, message)

    async def _say(
        self, severity: LogSeverity.ValueType, message: str, *, ephemeral: bool = False
    ) -> None:
        await self.engine.Log(
            LogRequest(severity=severity, message=message, urn=self.urn, ephemeral=ephemeral)
        )


@dataclass(frozen=True, kw_only=True)
class Logging:
    """Which streams of a command are shown while it runs (its outputs hold both in any case)."""

    stdout: bool
    stderr: bool

    @classmethod
    def parsed(cls, value: str) -> "Logging":
        """Return the meaning of the ``logging`` input; empty is both."""
        return cls(
            stdout=value in {"", "stdout", "stdoutAndStderr"},
            stderr=value in {"", "stderr", "stdoutAndStderr"},
        )


class Lines:
    """Cuts what comes in pieces into lines and shows each as it is complete."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self._rest = b""

    async def add(self, piece: bytes) -> None:
        """Take the next piece of output."""
        *lines, self._rest = (self._rest + piece).split(b"\n")
        for line in lines:
            await self._show(line)

    async def end(self) -> None:
        """Show the last line, if it did not end with a newline."""
        if self._rest:
            await self._show(self._rest)
        self._rest = b""

    async def _show(self, line: bytes) -> None:
        await self._log.status(line.removesuffix(b"\r").decode(errors="replace"))
