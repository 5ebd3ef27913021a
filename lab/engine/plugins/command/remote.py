"""A command on another machine, over an SSH connection of its own."""

import asyncio
from dataclasses import dataclass

import asyncssh

from lab.engine.plugins.command.channel import Channel, EnvironmentRefusedError, Session, start
from lab.engine.plugins.command.connection import dial
from lab.engine.plugins.command.log import Log, Logging
from lab.engine.plugins.command.output import CommandError, Output, Recorder
from lab.engine.plugins.values import Properties, Value, members, text

_REFUSED = (
    "Unable to set '{name}'. This only works if your SSH server is configured to accept\n"
    "\tthese variables via AcceptEnv. Alternatively, if a Bash-like shell runs the command on the "
    "remote host, you could\n"
    "\tprefix the command itself with the variables in the form 'VAR=value command'"
)


@dataclass(frozen=True, kw_only=True)
class Operation:
    """What an operation needs besides the resource: whom to tell, and when to give up."""

    log: Log
    cancelled: asyncio.Event


@dataclass(frozen=True, kw_only=True)
class RemoteRun:
    """One run of one command, with the resource's inputs and what an earlier run returned."""

    command: str
    inputs: Properties
    previous: Output
    operation: Operation

    async def run(self) -> Output:
        """Run the command to its end and return its output.

        Raises:
            CommandError: no connection, a refused variable, or a command that failed.
        """
        connection = await dial(
            members(self.inputs.get("connection")),
            log=self.operation.log,
            cancelled=self.operation.cancelled,
        )
        try:
            return await self._run(connection)
        except asyncssh.Error as error:
            raise CommandError(f"ssh: {error.reason}") from error
        finally:
            connection.close()

    async def _run(self, connection: asyncssh.SSHClientConnection) -> Output:
        log = self.operation.log
        channel = Channel(
            connection,
            required=_strings(self.inputs.get("environment")),
            wished=_previous_output(self.inputs, self.previous),
        )
        try:
            session = await start(channel, self.command)
        except EnvironmentRefusedError as error:
            await log.failure(_REFUSED.format(name=error))
            message = f'could not set environment variable "{error}": ssh: setenv failed'
            raise CommandError(message) from error
        for name in channel.refused:
            await log.warning(_REFUSED.format(name=name))
        unread = not _send(channel, text(self.inputs, "stdin").encode())
        return await self._follow(session, unread=unread)

    async def _follow(self, session: Session, *, unread: bool) -> Output:
        logging = Logging.parsed(text(self.inputs, "logging"))
        recorder = Recorder(command=self.command, log=self.operation.log, logging=logging)
        while (piece := await session.pieces.get()) is not None:
            kind, data = piece
            await (recorder.stdout(data) if kind is None else recorder.stderr(data))
        # Go's client reports what it could not send, unless the command has failed anyway.
        return await recorder.finished(session.failure() or ("EOF" if unread else ""))


def _strings(value: Value) -> dict[str, str]:
    """Return the members of an object of strings; numbers and flags are written out."""
    return {
        name: item if isinstance(item, str) else str(item) for name, item in members(value).items()
    }


def _previous_output(inputs: Properties, previous: Output) -> dict[str, str]:
    """Return the variables with the output of the run before; an empty output is not set."""
    if inputs.get("addPreviousOutputInEnv") is False:
        return {}
    found = {
        "PULUMI_COMMAND_STDOUT": previous.stdout,
        "PULUMI_COMMAND_STDERR": previous.stderr,
    }
    return {name: value for name, value in found.items() if value}


def _send(channel: Channel, data: bytes) -> bool:
    """Give the command its input; tell whether it was still there to take it."""
    try:
        channel.write(data)
        channel.write_eof()
    except BrokenPipeError:
        return not data
    return True
