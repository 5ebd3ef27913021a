"""The language host's gRPC service: what the engine asks around the run of a program."""

import platform
import sys
from concurrent.futures import Future
from importlib.metadata import distributions
from typing import Any

import grpc
from pulumi.runtime.proto import LanguageRuntimeServicer, language_pb2
from pulumi.runtime.proto.language_pb2_grpc import add_LanguageRuntimeServicer_to_server

from lab.engine.plugins import serve as plugin
from lab.engine.plugins.front import Jobs
from lab.engine.plugins.program import run_program


class LanguageHost(LanguageRuntimeServicer):
    """Answers the engine; ``Run`` hands the program to the main thread and waits for it."""

    def __init__(self, jobs: Jobs) -> None:
        self._jobs = jobs

    def Run(
        self, request: language_pb2.RunRequest, context: grpc.ServicerContext
    ) -> language_pb2.RunResponse:
        """Run the program once, and return how it ended."""
        del context
        answer: Future[language_pb2.RunResponse] = Future()

        def job() -> None:
            try:
                answer.set_result(run_program(request, engine=plugin.engine_address()))
            except BaseException as failure:  # noqa: BLE001 - whoever waits must hear of it
                answer.set_exception(failure)

        self._jobs.put(job)
        return answer.result()

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


def handler(jobs: Jobs) -> grpc.GenericRpcHandler:
    """Return the handler of all calls to a language host."""
    collector = _Collector()
    add_LanguageRuntimeServicer_to_server(LanguageHost(jobs), collector)  # type: ignore[arg-type]
    return collector.handlers[0]


class _Collector:
    """Takes the place of a server, to which the generated code can only add a service."""

    def __init__(self) -> None:
        self.handlers: tuple[grpc.GenericRpcHandler, ...] = ()

    def add_generic_rpc_handlers(self, handlers: tuple[grpc.GenericRpcHandler, ...]) -> None:
        """Keep the handlers."""
        self.handlers = handlers

    def add_registered_method_handlers(self, name: str, handlers: Any) -> None:  # noqa: ANN401
        """Ignore the same handlers in their newer form."""
