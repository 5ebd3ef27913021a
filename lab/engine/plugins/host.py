"""The language host's gRPC service: what the engine asks around the run of a program."""

import platform
import sys
from concurrent.futures import Future
from importlib.metadata import distributions, version
from queue import SimpleQueue

import grpc
from google.protobuf.empty_pb2 import Empty
from pulumi.runtime.proto import LanguageRuntimeServicer, language_pb2, plugin_pb2
from pulumi.runtime.proto.language_pb2_grpc import add_LanguageRuntimeServicer_to_server

from lab.engine.plugins import serve as plugin
from lab.engine.plugins.program import run_program

Runs = SimpleQueue[tuple[language_pb2.RunRequest, "Future[language_pb2.RunResponse]"]]


class LanguageHost(LanguageRuntimeServicer):
    """Answers the engine; ``Run`` hands the program to the main thread and waits for it."""

    def __init__(self, runs: Runs) -> None:
        self._runs = runs

    def Run(
        self, request: language_pb2.RunRequest, context: grpc.ServicerContext
    ) -> language_pb2.RunResponse:
        """Run the program once, and return how it ended."""
        del context
        answer: Future[language_pb2.RunResponse] = Future()
        self._runs.put((request, answer))
        return answer.result()

    def GetPluginInfo(self, request: Empty, context: grpc.ServicerContext) -> plugin_pb2.PluginInfo:
        """Return the version: that of the SDK which does the work."""
        del request, context
        return plugin_pb2.PluginInfo(version=version("pulumi"))

    def GetRequiredPlugins(
        self, request: language_pb2.GetRequiredPluginsRequest, context: grpc.ServicerContext
    ) -> language_pb2.GetRequiredPluginsResponse:
        """Name none: each resource says which plugin and version it wants, and finds it."""
        del request, context
        return language_pb2.GetRequiredPluginsResponse()

    def GetRequiredPackages(
        self, request: language_pb2.GetRequiredPackagesRequest, context: grpc.ServicerContext
    ) -> language_pb2.GetRequiredPackagesResponse:
        """Name none, as ``GetRequiredPlugins`` does."""
        del request, context
        return language_pb2.GetRequiredPackagesResponse()

    def About(
        self, request: language_pb2.AboutRequest, context: grpc.ServicerContext
    ) -> language_pb2.AboutResponse:
        """Return the interpreter and its version, for ``pulumi about``."""
        del request, context
        return language_pb2.AboutResponse(
            executable=sys.executable, version=platform.python_version()
        )

    def GetProgramDependencies(
        self, request: language_pb2.GetProgramDependenciesRequest, context: grpc.ServicerContext
    ) -> language_pb2.GetProgramDependenciesResponse:
        """Return the distributions installed beside the program, for ``pulumi about``."""
        del request, context
        found = {found.name: found.version for found in distributions()}
        return language_pb2.GetProgramDependenciesResponse(
            dependencies=[
                language_pb2.DependencyInfo(name=name, version=found[name])
                for name in sorted(found)
            ]
        )

    def Cancel(self, request: Empty, context: grpc.ServicerContext) -> Empty:
        """Do nothing more than agree: the engine ends this process in a moment."""
        del request, context
        return Empty()


def serve() -> None:
    """Serve the engine; programs run here, on the main thread, one after the other."""
    runs: Runs = SimpleQueue()
    host = LanguageHost(runs)
    server = plugin.start(lambda server: add_LanguageRuntimeServicer_to_server(host, server))
    while server:  # held here: a server that nothing refers to stops
        request, answer = runs.get()
        try:
            answer.set_result(run_program(request, engine=plugin.engine_address()))
        except BaseException as failure:  # noqa: BLE001 - whoever waits in Run must hear of it
            answer.set_exception(failure)
