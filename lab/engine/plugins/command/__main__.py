"""Started by the engine: serve it until it ends this process."""

from pulumi.runtime.proto.provider_pb2_grpc import add_ResourceProviderServicer_to_server

from lab.engine.plugins import serve as plugin
from lab.engine.plugins.command.provider import Provider

plugin.serve_async(
    lambda server: add_ResourceProviderServicer_to_server(
        Provider(engine=plugin.engine_address()), server
    )
)
