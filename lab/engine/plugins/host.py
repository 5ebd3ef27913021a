"""The language host's gRPC service: what the engine asks around the run of a program."""

import os
import platform
import signal
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future
from importlib.metadata import distributions
from queue import SimpleQueue

import grpc
from google.protobuf.empty_pb2 import Empty
from pulumi.runtime.proto import LanguageRuntimeServicer, language_pb2, plugin_pb2
from pulumi.runtime.proto.language_pb2_grpc import add_LanguageRuntimeServicer_to_server

from lab.engine.plugins import serve as plugin
from lab.engine.plugins.program import run_program

Job = Callable[[], None]


class LanguageHost(LanguageRuntimeServicer):
    """Answers the engine; ``Run`` hands the program to the main thread and waits for it."""

    def __init__(self, jobs: SimpleQueue[Job]) -> None:
        self._jobs = jobs
        self._running = threading.Event()

    def Run(
        self, request: language_pb2.RunRequest, context: grpc.ServicerContext
    ) -> language_pb2.RunResponse:
        """Run the program once, and return how it ended."""
        del context
        answer: Future[language_pb2.RunResponse] = Future()

        def job() -> None:
            self._running.set()
            try:
                answer.set_result(run_program(request, engine=plugin.engine_address()))
            except BaseException as failure:  # noqa: BLE001 - raised again by the waiting thread
                answer.set_exception(failure)
            finally:
                self._running.clear()

        self._jobs.put(job)
        return answer.result()

    def GetRequiredPackages(
        self, request: language_pb2.GetRequiredPackagesRequest, context: grpc.ServicerContext
    ) -> language_pb2.GetRequiredPackagesResponse:
        """Name no plugin in advance: each resource says itself which one it needs."""
        del request, context
        return language_pb2.GetRequiredPackagesResponse()

    def GetPluginInfo(self, request: Empty, context: grpc.ServicerContext) -> plugin_pb2.PluginInfo:
        """Return no version: the engine takes whichever language host lies beside it."""
        del request, context
        return plugin_pb2.PluginInfo()

    def Cancel(self, request: Empty, context: grpc.ServicerContext) -> Empty:
        """Interrupt the program, if one runs: the engine stops, and soon ends this process too."""
        del request, context
        if self._running.is_set():
            os.kill(os.getpid(), signal.SIGINT)
        return Empty()

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


def serve() -> None:
    """Serve the engine; programs run here, on the main thread, one after the other."""
    plugin.forget_launcher()
    jobs: SimpleQueue[Job] = SimpleQueue()
    server = plugin.start(
        lambda server: add_LanguageRuntimeServicer_to_server(LanguageHost(jobs), server)
    )
    while server:  # the reference keeps the server running
        jobs.get()()
