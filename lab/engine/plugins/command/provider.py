"""The plugin's gRPC service: the engine's questions, answered by the kinds of resource."""

import asyncio
from collections.abc import Awaitable
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar, cast

import grpc
import grpc.aio
from google.protobuf.empty_pb2 import Empty
from pulumi.runtime.proto import ResourceProviderServicer, plugin_pb2
from pulumi.runtime.proto import provider_pb2 as messages
from pulumi.runtime.proto.engine_pb2_grpc import EngineStub

from lab.engine.plugins.command.difference import difference
from lab.engine.plugins.command.local import LocalRun
from lab.engine.plugins.command.log import Log
from lab.engine.plugins.command.outcome import CommandError, Outcome
from lab.engine.plugins.command.resources import KINDS, OUTPUTS, Kind, Operation
from lab.engine.plugins.serve import grpc_options
from lab.engine.plugins.values import from_struct, text, to_struct

if TYPE_CHECKING:
    from pulumi.runtime.proto.engine_pb2_grpc import EngineAsyncStub

RUN = "command:local:run"
Context: TypeAlias = "grpc.aio.ServicerContext[Any, Any]"
T = TypeVar("T")


class Provider(ResourceProviderServicer):
    """Answers the engine at ``engine``. Secrets are left to the engine to follow."""

    def __init__(self, *, engine: str) -> None:
        self._address = engine
        self._engine: EngineAsyncStub | None = None
        self._cancelled = asyncio.Event()

    async def Configure(
        self, request: messages.ConfigureRequest, context: Context
    ) -> messages.ConfigureResponse:
        """Take no configuration: there is none."""
        del request, context
        return messages.ConfigureResponse(supportsPreview=True)

    async def CheckConfig(
        self, request: messages.CheckRequest, context: Context
    ) -> messages.CheckResponse:
        """Accept any configuration."""
        del context
        return messages.CheckResponse(inputs=request.news)

    async def DiffConfig(
        self, request: messages.DiffRequest, context: Context
    ) -> messages.DiffResponse:
        """Find no difference in what is not used."""
        del request, context
        return messages.DiffResponse(changes=messages.DiffResponse.DIFF_NONE)

    async def GetPluginInfo(self, request: Empty, context: Context) -> plugin_pb2.PluginInfo:
        """Return the version of the SDK, which is the one it asks for."""
        del request, context
        return plugin_pb2.PluginInfo(version=version("pulumi-command"))

    async def Check(
        self, request: messages.CheckRequest, context: Context
    ) -> messages.CheckResponse:
        """Refuse inputs that the schema refuses, and fill in its defaults."""
        kind = await _kind(request.urn, context)
        inputs = kind.defaults(from_struct(request.news))
        failures = [
            messages.CheckFailure(property=failure.property, reason=failure.reason)
            for failure in kind.failures(inputs)
        ]
        return messages.CheckResponse(inputs=to_struct(inputs), failures=failures)

    async def Diff(self, request: messages.DiffRequest, context: Context) -> messages.DiffResponse:
        """Compare the program's inputs with those of the last operation."""
        kind = await _kind(request.urn, context)
        state = from_struct(request.olds)
        old = {name: value for name, value in state.items() if name not in OUTPUTS}
        return difference(old, from_struct(request.news), replacing=kind.replacing)

    async def Create(
        self, request: messages.CreateRequest, context: Context
    ) -> messages.CreateResponse:
        """Create a resource, or say what a preview can know of it."""
        kind = await _kind(request.urn, context)
        inputs = from_struct(request.properties)
        if request.preview:
            return messages.CreateResponse(properties=to_struct(kind.foreseen(inputs, {})))
        state = await _told(kind.create(inputs, self._operation(request.urn)), context)
        name = request.urn.rpartition("::")[2]
        return messages.CreateResponse(id=kind.new_id(name), properties=to_struct(state))

    async def Update(
        self, request: messages.UpdateRequest, context: Context
    ) -> messages.UpdateResponse:
        """Update a resource in place, or say what a preview can know of it."""
        kind = await _kind(request.urn, context)
        inputs, old = from_struct(request.news), from_struct(request.olds)
        if request.preview:
            return messages.UpdateResponse(properties=to_struct(kind.foreseen(inputs, old)))
        state = await _told(kind.update(inputs, old, self._operation(request.urn)), context)
        return messages.UpdateResponse(properties=to_struct(state))

    async def Delete(self, request: messages.DeleteRequest, context: Context) -> Empty:
        """Delete a resource."""
        kind = await _kind(request.urn, context)
        state = from_struct(request.properties)
        await _told(kind.delete(state, self._operation(request.urn)), context)
        return Empty()

    async def Read(self, request: messages.ReadRequest, context: Context) -> messages.ReadResponse:
        """Return what is recorded: commands cannot be read back."""
        del context
        return messages.ReadResponse(
            id=request.id, properties=request.properties, inputs=request.inputs
        )

    async def Invoke(
        self, request: messages.InvokeRequest, context: Context
    ) -> messages.InvokeResponse:
        """Run a command on this machine, every time the program runs."""
        if request.tok != RUN:
            await context.abort(grpc.StatusCode.UNIMPLEMENTED, f"unknown function {request.tok}")
        inputs = from_struct(request.args)
        operation = self._operation("")
        run = LocalRun(
            command=text(inputs, "command"),
            inputs=inputs,
            previous=Outcome(),
            log=operation.log,
            cancelled=operation.cancelled,
        )
        outcome = await _told(run.run(), context)
        answer = messages.InvokeResponse()
        found = {**inputs, "stdout": outcome.stdout, "stderr": outcome.stderr}
        getattr(answer, "return").CopyFrom(to_struct(found))  # a keyword, so not by name
        return answer

    async def Cancel(self, request: Empty, context: Context) -> Empty:
        """Stop dialling, and kill local commands; remote ones run to their end, as officially."""
        del request, context
        self._cancelled.set()
        return Empty()

    def _operation(self, urn: str) -> Operation:
        if self._engine is None:
            channel = grpc.aio.insecure_channel(self._address, options=grpc_options())
            self._engine = cast("EngineAsyncStub", EngineStub(channel))
        return Operation(log=Log(engine=self._engine, urn=urn), cancelled=self._cancelled)


async def _kind(urn: str, context: Context) -> Kind:
    token = urn.split("::")[2].rpartition("$")[2]
    if token not in KINDS:
        await context.abort(grpc.StatusCode.UNIMPLEMENTED, f"unknown resource type {token}")
    return KINDS[token]


async def _told(work: Awaitable[T], context: Context) -> T:
    """Return what ``work`` returns; end the call with its error if it fails."""
    try:
        return await work
    except CommandError as error:
        await context.abort(grpc.StatusCode.UNKNOWN, str(error))
        raise
