"""Messages that the engine shows to the user, beside the resource they are about."""

import grpc
from pulumi.runtime.proto.engine_pb2 import LogRequest, LogSeverity
from pulumi.runtime.proto.engine_pb2_grpc import EngineStub


class EngineLog:
    """The engine's log at ``address``; connected when there is something to say."""

    def __init__(self, address: str) -> None:
        self._address = address

    def error(self, message: str, urn: str) -> None:
        """Show ``message`` as an error of the resource ``urn``."""
        self._log(LogSeverity.ERROR, message, urn)

    def warning(self, message: str, urn: str) -> None:
        """Show ``message`` as a warning at the resource ``urn``."""
        self._log(LogSeverity.WARNING, message, urn)

    def _log(self, severity: LogSeverity.ValueType, message: str, urn: str) -> None:
        with grpc.insecure_channel(self._address) as channel:
            EngineStub(channel).Log(LogRequest(severity=severity, message=message, urn=urn))
