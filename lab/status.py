"""What runs and what does not, part by part."""

import functools
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from lab import nodes, plan
from lab.ca import issuer
from lab.cloudflare import process
from lab.images import image
from lab.net import network, uplink
from lab.nodes.container import Container
from lab.world import ready
from tools import terminal
from tools.users import host, table


@dataclass(frozen=True, kw_only=True)
class Part:
    """One part of the lab: whether it is as ``up`` leaves it, and where it is to be found."""

    name: str
    good: bool
    where: str


def parts() -> list[Part]:
    """Look at everything; asks each service once."""
    images = [
        Part(name=f"image {layer.name}", good=layer.path.exists(), where=str(layer.path))
        for layer in dict.fromkeys((image.BASE, image.WORLD, image.of_vps()))
    ]
    return [
        *images,
        Part(name="networks", good=network.complete(), where=" ".join(network.NAMESPACES)),
        Part(name="way to the package mirrors", good=uplink.stands(), where=plan.UPLINK),
        _node(nodes.VPS, f"{plan.VPS.ipv4} {plan.VPS.ipv6}"),
        _asked("VPS: sshd", _ssh_answers, f"{plan.VPS.ipv4}:22"),
        _node(nodes.WORLD, ""),
        *(_asked(p.what, p.passes, f"{p.address}:{p.port}") for p in ready.PROBES),
        _asked("resolver, validating", ready.resolver_validates, f"{plan.RESOLVER.ipv4}:53"),
        _asked("Cloudflare's API", process.answers, plan.API_BASE_URL),
        Part(name="roots of the authority", good=issuer.file().exists(), where=str(issuer.file())),
    ]


def _node(container: Container, addresses: str) -> Part:
    leader = container.leader()
    where = f"{container.name}, PID {leader} {addresses}" if leader else str(container.folder)
    return Part(name=f"container {container.name}", good=leader is not None, where=where.strip())


def _asked(name: str, ask: Callable[[], bool], where: str) -> Part:
    standing = Path("/run/netns", plan.NETNS_OPERATOR).exists()
    return Part(name=name, good=standing and ask(), where=where)


def show_users() -> None:
    """Print what the deployed server's accounts send, if there is one."""
    if nodes.VPS.leader() is None:
        return
    asked = nodes.run("vps", ["sh", "-c", host.COMMAND])
    if asked.returncode == 0:
        print()
        table.show(host.read(json.loads(asked.stdout)), terminal.console())


_ssh_answers = functools.partial(network.answers, plan.NETNS_OPERATOR, plan.VPS.ipv4, 22)


def lines(found: list[Part]) -> str:
    """Return the parts as lines of text."""
    width = max(len(part.name) for part in found)
    return "\n".join(
        f"{'✓' if part.good else '✗'} {part.name:{width}}  {part.where}" for part in found
    )
