"""Started by the engine: serve it until it ends this process."""

from lab.engine.plugins.bare import use_messages_alone

use_messages_alone()

from pulumi.runtime.proto.provider_pb2_grpc import (  # noqa: E402
    add_ResourceProviderServicer_to_server,
)

from lab.engine.plugins import serve as plugin  # noqa: E402
from lab.engine.plugins.cloudflare.engine_log import EngineLog  # noqa: E402
from lab.engine.plugins.cloudflare.provider import Provider  # noqa: E402

provider = Provider(EngineLog(plugin.engine_address()))
plugin.serve(lambda server: add_ResourceProviderServicer_to_server(provider, server))
