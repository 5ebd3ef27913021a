"""The language host's front: answers what needs no SDK, and loads the rest when it is needed.

For every operation the engine starts two language hosts, and asks the first one nothing but
which plugins the program needs. Importing the SDK for that would cost each operation 0.1 s.
"""

from collections.abc import Callable
from functools import cached_property
from queue import SimpleQueue
from typing import Any

import grpc

from lab.engine.plugins import serve as plugin

Jobs = SimpleQueue[Callable[[], None]]

SERVICE = "pulumirpc.LanguageRuntime"
# Each resource says which plugin and version it wants, and finds it: none is named in advance.
# The answers are messages without a field, which are no bytes at all.
ANSWERED_WITH_NOTHING = {"GetRequiredPackages", "GetRequiredPlugins", "GetPluginInfo", "Cancel"}


class Front(grpc.GenericRpcHandler):
    """Finds the handler of each call; programs are put into ``jobs``."""

    def __init__(self, jobs: Jobs) -> None:
        self._jobs = jobs

    def service(self, handler_call_details: grpc.HandlerCallDetails) -> Any:  # noqa: ANN401 - gRPC's own
        """Return the handler of one call, None for what is not the language host's."""
        service, _, method = handler_call_details.method.removeprefix("/").partition("/")
        if service != SERVICE:
            return None
        if method in ANSWERED_WITH_NOTHING:
            return grpc.unary_unary_rpc_method_handler(_nothing)
        return self._host.service(handler_call_details)

    @cached_property
    def _host(self) -> grpc.GenericRpcHandler:
        from lab.engine.plugins import host  # noqa: PLC0415 - the import that is put off

        handler = host.handler(self._jobs)
        plugin.forget_launcher()
        return handler


def _nothing(request: bytes, context: grpc.ServicerContext) -> bytes:
    del request, context
    return b""


def serve() -> None:
    """Serve the engine; programs run here, on the main thread, one after the other."""
    jobs: Jobs = SimpleQueue()
    front = Front(jobs)
    server = plugin.start(lambda server: server.add_generic_rpc_handlers((front,)))
    while server:  # held here: a server that nothing refers to stops
        jobs.get()()
