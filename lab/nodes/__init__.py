"""The two containers of the lab, and commands run inside them."""

import subprocess
from collections.abc import Sequence

from lab import plan
from lab.errors import LabError
from lab.images import image
from lab.nodes.container import Container

VPS = Container(name=plan.NETNS_VPS, image=image.of_vps())
WORLD = Container(name=plan.NETNS_WORLD, image=image.WORLD)
NODES = {"vps": VPS, "world": WORLD}


def node(name: str) -> Container:
    """Return the container called ``vps`` or ``world``.

    Raises:
        LabError: there is no such node.
    """
    if name not in NODES:
        raise LabError(f"no node is called {name}; there are {', '.join(NODES)}")
    return NODES[name]


def run(
    name: str, argv: Sequence[str], *, stdin: bytes | None = None, timeout: float = 60
) -> subprocess.CompletedProcess[bytes]:
    """Run ``argv`` as root inside the node ``name`` and return what came of it, whatever it was.

    Raises:
        LabError: there is no such node, or it does not run.
        subprocess.TimeoutExpired: it took longer than ``timeout`` seconds.
    """
    return subprocess.run(
        node(name).enter(argv), input=stdin, capture_output=True, timeout=timeout, check=False
    )
