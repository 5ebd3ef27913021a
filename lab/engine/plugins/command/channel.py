"""One command on one SSH channel, with an answer to every variable that is set for it."""

import asyncio
from collections.abc import Mapping
from typing import cast

import asyncssh
from asyncssh.channel import SSHClientChannel
from asyncssh.packet import String

WINDOW_BYTES = 2 * 1024 * 1024
PACKET_BYTES = 32 * 1024


class Channel(SSHClientChannel[bytes]):
    """Sets variables before the command starts, and remembers which ones the server refused.

    asyncssh sends ``env`` requests without asking for an answer; whether the server accepts a
    variable is what the official plugin fails on, and what it warns of.
    """

    def __init__(
        self,
        connection: asyncssh.SSHClientConnection,
        *,
        required: Mapping[str, str],
        wished: Mapping[str, str],
    ) -> None:
        loop = asyncio.get_running_loop()
        super().__init__(connection, loop, "strict", None, "strict", WINDOW_BYTES, PACKET_BYTES)
        self._required = required
        self._wished = wished
        self.refused: list[str] = []
        """Names of wished variables that the server did not take."""

    async def _make_request(self, request: bytes, *args: bytes) -> bool | None:
        """Put the variables in front of the request that starts the command.

        Raises:
            EnvironmentRefusedError: the server did not take a required variable.
        """
        if request == b"exec":
            for name, value in self._required.items():
                if not await self._set(name, value):
                    self.close()
                    raise EnvironmentRefusedError(name)
            for name, value in self._wished.items():
                if not await self._set(name, value):
                    self.refused.append(name)
        return await super()._make_request(request, *args)

    async def _set(self, name: str, value: str) -> bool:
        return bool(await super()._make_request(b"env", String(name), String(value)))


class EnvironmentRefusedError(Exception):
    """The server's ``AcceptEnv`` does not name this variable; the argument is its name."""


Piece = tuple[int | None, bytes]  # None: standard output; otherwise the extended data's type


class Session(asyncssh.SSHClientSession[bytes]):
    """Hands a command's output on as it comes, and knows in the end how the command ended."""

    def __init__(self) -> None:
        self.pieces: asyncio.Queue[Piece | None] = asyncio.Queue()
        self._status: int | None = None
        self._signal = ""

    def data_received(self, data: bytes, datatype: asyncssh.DataType) -> None:
        """Take a piece of output."""
        self.pieces.put_nowait((datatype, data))

    def exit_status_received(self, status: int) -> None:
        """Take the exit status."""
        self._status = status

    def exit_signal_received(self, signal: str, core_dumped: bool, msg: str, lang: str) -> None:
        """Take the signal that ended the command."""
        del core_dumped, msg, lang
        self._signal = signal

    def connection_lost(self, exc: Exception | None) -> None:
        """Know that nothing more comes."""
        del exc
        self.pieces.put_nowait(None)

    def failure(self) -> str:
        """Return how the command failed in Go's words, empty if it succeeded."""
        if self._signal:
            return f"Process exited with status {self._signal_status()} from signal {self._signal}"
        if self._status is None:
            return "wait: remote command exited without exit status or exit signal"
        return f"Process exited with status {self._status}" if self._status else ""

    def _signal_status(self) -> int:
        numbers = {"HUP": 1, "INT": 2, "QUIT": 3, "ABRT": 6, "KILL": 9, "ALRM": 14, "TERM": 15}
        return 128 + numbers.get(self._signal, 0)


async def start(channel: Channel, command: str) -> Session:
    """Start ``command`` on ``channel`` and return its session.

    Raises:
        EnvironmentRefusedError: the server did not take a required variable.
        asyncssh.ChannelOpenError: the server opens no session, or runs no command.
    """
    session = await channel.create(
        Session, command, None, {}, False, None, None, {}, False, None, None, False, False
    )  # fmt: skip
    return cast("Session", session)
