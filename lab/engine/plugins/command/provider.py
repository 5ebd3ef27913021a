"""The plugin's gRPC service: the engine's questions about the one kind of resource."""

import asyncio
import secrets
from collections.abc import Awaitable
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, NoReturn, TypeAlias, TypeVar, cast

import grpc
import grpc.aio
from google.protobuf.empty_pb2 import Empty
from pulumi.runtime.proto import ResourceProviderServicer, plugin_pb2
from pulumi.runtime.proto import provider_pb2 as messages
from pulumi.runtime.proto.engine_pb2_grpc import EngineStub

from lab.engine.plugins.command import resource
from lab.engine.plugins.command.difference import difference
from lab.engine.plugins.command.log import Log
from lab.engine.plugins.command.output import CommandError
from lab.engine.plugins.command.remote import Operation
from lab.engine.plugins.serve import grpc_options, refusal, type_token
from lab.engine.plugins.values import from_struct, to_struct

if TYPE_CHECKING:
    from pulumi.runtime.proto.engine_pb2_grpc import EngineAsyncStub

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
        """Take no configuration: the plugin has no settings."""
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
        """Refuse a command without a connection, and fill in the schema's defaults."""
        await _refuse_other_types(request.urn, context)
        inputs = resource.with_defaults(from_struct(request.news))
        failures = []
        if inputs.get("connection") is None:
            reason = "Missing required property 'connection'"
            failures = [messages.CheckFailure(property="connection", reason=reason)]
        return messages.CheckResponse(inputs=to_struct(inputs), failures=failures)

    async def Diff(self, request: messages.DiffRequest, context: Context) -> messages.DiffResponse:
        """Compare the program's inputs with those of the last operation."""
        del context
        state = from_struct(request.olds)
        old = {name: value for name, value in state.items() if name not in resource.OUTPUTS}
        return difference(old, from_struct(request.news))

    async def Create(
        self, request: messages.CreateRequest, context: Context
    ) -> messages.CreateResponse:
        """Run the command for the first time, or say what a preview can know of it."""
        inputs = from_struct(request.properties)
        if request.preview:
            return messages.CreateResponse(properties=to_struct(resource.foreseen(inputs, {})))
        state = await _told(resource.create(inputs, self._operation(request.urn)), context)
        name = request.urn.rpartition("::")[2]
        identifier = f"{name}{secrets.token_hex(4)}"
        return messages.CreateResponse(id=identifier, properties=to_struct(state))

    async def Update(
        self, request: messages.UpdateRequest, context: Context
    ) -> messages.UpdateResponse:
        """Run the command again, or say what a preview can know of it."""
        inputs, old = from_struct(request.news), from_struct(request.olds)
        if request.preview:
            return messages.UpdateResponse(properties=to_struct(resource.foreseen(inputs, old)))
        state = await _told(resource.update(inputs, old, self._operation(request.urn)), context)
        return messages.UpdateResponse(properties=to_struct(state))

    async def Delete(self, request: messages.DeleteRequest, context: Context) -> Empty:
        """Run what undoes the command."""
        await _refuse_other_types(request.urn, context)
        state = from_struct(request.properties)
        await _told(resource.delete(state, self._operation(request.urn)), context)
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
        """Refuse every function: the stand-in has none."""
        await _refuse(request.tok, context)

    async def Cancel(self, request: Empty, context: Context) -> Empty:
        """Stop dialling; commands that run come to their end, as with the official plugin."""
        del request, context
        self._cancelled.set()
        return Empty()

    def _operation(self, urn: str) -> Operation:
        if self._engine is None:
            channel = grpc.aio.insecure_channel(self._address, options=grpc_options())
            self._engine = cast("EngineAsyncStub", EngineStub(channel))
        return Operation(log=Log(engine=self._engine, urn=urn), cancelled=self._cancelled)


async def _refuse_other_types(urn: str, context: Context) -> None:
    token = type_token(urn)
    if token != resource.TOKEN:
        await _refuse(token, context)


async def _refuse(token: str, context: Context) -> NoReturn:
    await context.abort(grpc.StatusCode.UNIMPLEMENTED, refusal("command", token))


async def _told(work: Awaitable[T], context: Context) -> T:
    """Return what ``work`` returns; end the call with its error if it fails."""
    try:
        return await work
    except CommandError as error:
        await context.abort(grpc.StatusCode.UNKNOWN, str(error))
        raise
