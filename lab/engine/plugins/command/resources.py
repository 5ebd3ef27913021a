"""The kinds of resource: which inputs they have, and what creates, updates and deletes them."""

import asyncio
import secrets
from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass

from lab.engine.plugins.command.connection import DEFAULTS
from lab.engine.plugins.command.difference import same
from lab.engine.plugins.command.files import Copy, source_of
from lab.engine.plugins.command.local import LocalRun
from lab.engine.plugins.command.log import Log
from lab.engine.plugins.command.outcome import Outcome
from lab.engine.plugins.command.remote import RemoteRun
from lab.engine.plugins.values import UNKNOWN, Properties, Value, has_unknown, members, text

OUTPUTS = ("stdout", "stderr")


@dataclass(frozen=True, kw_only=True)
class Failure:
    """An input that is refused before anything is done."""

    property: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Operation:
    """What an operation needs besides the resource: whom to tell, and when to give up."""

    log: Log
    cancelled: asyncio.Event


class Kind(ABC):
    """A type of resource. Properties go in and come out as the engine's plain values."""

    required: tuple[str, ...] = ()
    unsupported: tuple[str, ...] = ()
    replacing: frozenset[str] = frozenset({"triggers"})

    def defaults(self, inputs: Properties) -> Properties:
        """Return the inputs with what the schema fills in."""
        return inputs

    def failures(self, inputs: Properties) -> Iterable[Failure]:
        """Yield what is wrong with the inputs."""
        for name in self.required:
            if inputs.get(name) is None:
                yield Failure(property=name, reason=f"Missing required property '{name}'")
        for name in self.unsupported:
            if inputs.get(name) is not None:
                reason = (
                    f"this machine's stand-in for the command plugin has no '{name}': use the "
                    "official plugin (TAPAL_PLUGINS)"
                )
                yield Failure(property=name, reason=reason)

    def new_id(self, name: str) -> str:
        """Return an id for a resource called ``name``."""
        return f"{name}{secrets.token_hex(4)}"

    def foreseen(self, inputs: Properties, state: Properties) -> Properties:
        """Return what a preview shows as the state after the operation."""
        del state
        return inputs

    @abstractmethod
    async def create(self, inputs: Properties, operation: Operation) -> Properties:
        """Create the resource and return its state."""

    @abstractmethod
    async def update(
        self, inputs: Properties, state: Properties, operation: Operation
    ) -> Properties:
        """Update the resource in place and return its state."""

    async def delete(self, state: Properties, operation: Operation) -> None:
        """Delete nothing: what was copied stays."""
        del state, operation


class Command(Kind):
    """``create``, ``update`` and ``delete`` are commands; ``update`` falls back on ``create``."""

    run: type[RemoteRun | LocalRun]

    def defaults(self, inputs: Properties) -> Properties:
        """Return the inputs with previous output in the environment by default."""
        return {"addPreviousOutputInEnv": True, **inputs}

    def foreseen(self, inputs: Properties, state: Properties) -> Properties:
        """Return unknown outputs, unless an update changes no input that was there before."""
        changed = not state or any(
            name not in OUTPUTS
            and (has_unknown(inputs.get(name)) or not same(was, inputs.get(name)))
            for name, was in state.items()
        )
        shown: dict[str, Value] = dict.fromkeys(OUTPUTS, UNKNOWN)
        return {**inputs, **(shown if changed else {name: state.get(name) for name in OUTPUTS})}

    async def create(self, inputs: Properties, operation: Operation) -> Properties:
        """Run ``create``, if there is one."""
        return await self._state(inputs, text(inputs, "create"), Outcome(), operation)

    async def update(
        self, inputs: Properties, state: Properties, operation: Operation
    ) -> Properties:
        """Run ``update``, or ``create`` again."""
        command = inputs.get("update")
        command = inputs.get("create") if command is None else command
        return await self._state(inputs, str(command or ""), _previous(state), operation)

    async def delete(self, state: Properties, operation: Operation) -> None:
        """Run ``delete``, if there is one."""
        if state.get("delete") is not None:
            await self._outcome(state, text(state, "delete"), _previous(state), operation)

    async def _state(
        self, inputs: Properties, command: str, previous: Outcome, operation: Operation
    ) -> Properties:
        outcome = previous
        if command:
            outcome = await self._outcome(inputs, command, previous, operation)
        return {**inputs, "stdout": outcome.stdout, "stderr": outcome.stderr}

    async def _outcome(
        self, inputs: Properties, command: str, previous: Outcome, operation: Operation
    ) -> Outcome:
        run = self.run(
            command=command,
            inputs=inputs,
            previous=previous,
            log=operation.log,
            cancelled=operation.cancelled,
        )
        return await run.run()


class RemoteCommand(Command):
    """``command:remote:Command``."""

    run = RemoteRun
    required = ("connection",)

    def defaults(self, inputs: Properties) -> Properties:
        """Return the inputs with the connection's defaults."""
        return super().defaults(with_connection_defaults(inputs))


class LocalCommand(Command):
    """``command:local:Command``."""

    run = LocalRun
    unsupported = ("assetPaths", "archivePaths")


class CopyToRemote(Kind):
    """``command:remote:CopyToRemote``: copies again when the content or the path changes."""

    required = ("connection", "remotePath", "source")

    def defaults(self, inputs: Properties) -> Properties:
        """Return the inputs with the connection's defaults."""
        return with_connection_defaults(inputs)

    def new_id(self, name: str) -> str:
        """Return an id; here the name is no part of it."""
        del name
        return secrets.token_hex(4)

    def failures(self, inputs: Properties) -> Iterable[Failure]:
        """Yield what is wrong; a source that a preview does not know yet may be anything."""
        yield from super().failures(inputs)
        source = inputs.get("source")
        if source is None or source == UNKNOWN:
            return
        asset = members(source)
        if "assets" in asset:
            reason = "archive must be a path to a file or directory"
            yield Failure(property="archive", reason=reason)
        elif "path" not in asset and "text" not in asset:
            reason = "asset must be a path-based file asset or a text asset"
            yield Failure(property="asset", reason=reason)

    async def create(self, inputs: Properties, operation: Operation) -> Properties:
        """Copy."""
        copy = Copy(
            source=source_of(inputs),
            remote_path=text(inputs, "remotePath"),
            connection=members(inputs.get("connection")),
            log=operation.log,
            cancelled=operation.cancelled,
        )
        await copy.run()
        return inputs

    async def update(
        self, inputs: Properties, state: Properties, operation: Operation
    ) -> Properties:
        """Copy again, if there is anything new to copy or another place for it."""
        moved = inputs.get("remotePath") != state.get("remotePath")
        if moved or not same(state.get("source"), inputs.get("source")):
            await self.create(inputs, operation)
        return inputs


class CopyFile(CopyToRemote):
    """``command:remote:CopyFile``, deprecated: any change replaces it."""

    required = ("connection", "localPath", "remotePath")
    replacing = frozenset({"connection", "localPath", "remotePath", "triggers"})

    def failures(self, inputs: Properties) -> Iterable[Failure]:
        """Yield the missing inputs."""
        return Kind.failures(self, inputs)


KINDS: dict[str, Kind] = {
    "command:remote:Command": RemoteCommand(),
    "command:remote:CopyToRemote": CopyToRemote(),
    "command:remote:CopyFile": CopyFile(),
    "command:local:Command": LocalCommand(),
}


def with_connection_defaults(inputs: Properties) -> Properties:
    """Return the inputs with port, user and limits filled in, for the proxy too."""
    connection = members(inputs.get("connection"))
    if not connection:
        return inputs
    filled = {**DEFAULTS, **connection}
    if members(connection.get("proxy")):
        filled["proxy"] = {**DEFAULTS, **members(connection.get("proxy"))}
    return {**inputs, "connection": filled}


def _previous(state: Properties) -> Outcome:
    return Outcome(stdout=text(state, "stdout"), stderr=text(state, "stderr"))
