"""Started by the engine: serve it until it ends this process."""

from pulumi.runtime.proto.provider_pb2_grpc import add_ResourceProviderServicer_to_server

from lab.engine.plugins import serve as plugin
from lab.engine.plugins.cloudflare.engine_log import EngineLog
from lab.engine.plugins.cloudflare.provider import Provider

provider = Provider(EngineLog(plugin.engine_address()))
plugin.serve(lambda server: add_ResourceProviderServicer_to_server(provider, server))
