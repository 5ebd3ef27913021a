"""Started by the engine: serve it until it ends this process."""

import ctypes.util


def find_no_library(name: str) -> str | None:
    """Take the place of ``ctypes.util.find_library`` while asyncssh is imported.

    asyncssh looks for liboqs, for which ctypes starts gcc, ld and ldconfig several times over;
    its algorithms are not needed here, and every start of this plugin would wait for them.
    """
    del name
    return None


find_library = ctypes.util.find_library
ctypes.util.find_library = find_no_library
try:
    import asyncssh  # noqa: F401 - so that all later imports find it loaded
finally:
    ctypes.util.find_library = find_library

from lab.engine.plugins.bare import use_messages_alone  # noqa: E402

use_messages_alone()

from pulumi.runtime.proto.provider_pb2_grpc import (  # noqa: E402
    add_ResourceProviderServicer_to_server,
)

from lab.engine.plugins import serve as plugin  # noqa: E402
from lab.engine.plugins.command.provider import Provider  # noqa: E402

plugin.forget_launcher()
plugin.serve_async(
    lambda server: add_ResourceProviderServicer_to_server(
        Provider(engine=plugin.engine_address()), server
    )
)
