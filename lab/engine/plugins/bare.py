"""The engine's gRPC messages without the SDK around them.

They are part of the SDK, whose import takes longer than all else that a plugin does before it
answers, and a resource plugin needs nothing else of it.
"""

import sys
from importlib.util import find_spec
from types import ModuleType


def use_messages_alone() -> None:
    """Let ``pulumi.runtime.proto`` be imported without the packages that it is in.

    To be called before anything of ``pulumi`` is imported; later it changes nothing.
    """
    for name in ("pulumi", "pulumi.runtime"):
        spec = find_spec(name)
        if name not in sys.modules and spec is not None:
            package = ModuleType(name)
            package.__path__ = list(spec.submodule_search_locations or ())
            sys.modules[name] = package
