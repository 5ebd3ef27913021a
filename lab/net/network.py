"""The lab's internet: four network namespaces, joined by a router (``plan.NETNS_NET``).

``up`` and ``down`` are idempotent, and ``up`` first clears away what an interrupted run left
half made: the router's nftables table is written last and marks a complete network.
"""

import os
import signal
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

from lab import plan
from lab.command import run
from lab.progress import wait_until

NAMESPACES = (plan.NETNS_NET, plan.NETNS_VPS, plan.NETNS_WORLD, plan.NETNS_OPERATOR)
_FORWARDING = (
    "net.ipv4.ip_forward=1",
    "net.ipv6.conf.all.forwarding=1",
    "net.ipv4.conf.all.rp_filter=0",
    "net.ipv4.conf.default.rp_filter=0",
    # Say "unreachable" every time, not once a second: a program then fails at once.
    "net.ipv4.icmp_ratelimit=0",
    "net.ipv6.icmp.ratelimit=0",
)


def namespace_argv(namespace: str, argv: Sequence[str]) -> list[str]:
    """Return ``argv`` made to run in ``namespace``, with its resolv.conf from /etc/netns."""
    return ["ip", "netns", "exec", namespace, *argv]


def namespace_exec(
    namespace: str, argv: Sequence[str], *, stdin: str = "", timeout: float = 60
) -> str:
    """Run ``argv`` in ``namespace`` and return its stdout.

    Raises:
        LabError: it fails or takes longer than ``timeout`` seconds.
    """
    return run(namespace_argv(namespace, argv), stdin=stdin, timeout=timeout)


def exists(namespace: str) -> bool:
    """Tell whether the namespace is there, whatever is in it."""
    return Path("/run/netns", namespace).exists()


def complete() -> bool:
    """Tell whether the whole network stands, as ``up`` leaves it."""
    if not all(exists(namespace) for namespace in NAMESPACES):
        return False
    links = _succeeds("ip", "-n", plan.NETNS_VPS, "link", "show", "eth0")
    return links and _succeeds("ip", "netns", "exec", plan.NETNS_NET, "nft", "list", "table",
                               "ip", plan.LAB)  # fmt: skip


def up() -> None:
    """Make the namespaces, links, addresses and routes (not the way out: see ``uplink``)."""
    for namespace in NAMESPACES:
        run(["ip", "netns", "add", namespace])
        run(["ip", "-n", namespace, "link", "set", "lo", "up"])
    namespace_exec(plan.NETNS_NET, ["sysctl", "-qw", *_FORWARDING])
    attach_vps()
    _attach(plan.NETNS_WORLD, "world", gateways=_WORLD_GATEWAYS)
    _addresses(plan.NETNS_WORLD, _world_addresses())
    _default_routes(plan.NETNS_WORLD, plan.WORLD_IPV4_GATEWAY, plan.WORLD_IPV6_GATEWAY)
    _attach(plan.NETNS_OPERATOR, "operator", gateways=_OPERATOR_GATEWAYS)
    _addresses(plan.NETNS_OPERATOR, _OPERATOR_ADDRESSES)
    _default_routes(plan.NETNS_OPERATOR, plan.OPERATOR_IPV4_GATEWAY, plan.OPERATOR_IPV6_GATEWAY)


_VPS_GATEWAYS = (
    f"{plan.VPS_IPV4_GATEWAY}/{plan.VPS_IPV4_PREFIX}",
    f"{plan.VPS_IPV6_ROUTER}/{plan.VPS_IPV6_PREFIX}",
    f"{plan.VPS_IPV6_GATEWAY}/64",
)
_WORLD_GATEWAYS = (
    f"{plan.WORLD_IPV4_GATEWAY}/{plan.WORLD_IPV4_PREFIX}",
    f"{plan.WORLD_IPV6_GATEWAY}/{plan.WORLD_IPV6_PREFIX}",
)
_OPERATOR_GATEWAYS = (
    f"{plan.OPERATOR_IPV4_GATEWAY}/{plan.OPERATOR_IPV4_PREFIX}",
    f"{plan.OPERATOR_IPV6_GATEWAY}/{plan.OPERATOR_IPV6_PREFIX}",
)
_OPERATOR_ADDRESSES = (
    f"{plan.OPERATOR.ipv4}/{plan.OPERATOR_IPV4_PREFIX}",
    f"{plan.OPERATOR.ipv6}/{plan.OPERATOR_IPV6_PREFIX}",
)


def _world_addresses() -> tuple[str, ...]:
    ipv4 = tuple(f"{host.ipv4}/{plan.WORLD_IPV4_PREFIX}" for host in plan.WORLD)
    ipv6 = tuple(f"{host.ipv6}/{plan.WORLD_IPV6_PREFIX}" for host in plan.WORLD if host.ipv6)
    return ipv4 + ipv6


def attach_vps() -> None:
    """Give the VPS a fresh network card: link up, no address, as the provider's host sees it."""
    if not exists(plan.NETNS_VPS):
        run(["ip", "netns", "add", plan.NETNS_VPS])
    _attach(plan.NETNS_VPS, "vps", gateways=_VPS_GATEWAYS, mac=plan.VPS_MAC)


def renew_vps() -> None:
    """Replace the VPS's namespace, and all that the VPS has set there, by a new one."""
    _kill_inside(plan.NETNS_VPS)
    subprocess.run(
        ["ip", "-n", plan.NETNS_NET, "link", "del", "vps"], capture_output=True, check=False
    )
    run(["ip", "netns", "del", plan.NETNS_VPS])
    attach_vps()


def _attach(namespace: str, link: str, *, gateways: tuple[str, ...], mac: str = "") -> None:
    """Join ``namespace``'s eth0 to the router's ``link``, which holds the gateway addresses."""
    address = ["address", mac] if mac else []
    run(["ip", "-n", plan.NETNS_NET, "link", "add", link, "type", "veth",
         "peer", "name", "eth0", *address, "netns", namespace])  # fmt: skip
    _addresses(plan.NETNS_NET, gateways, device=link)
    run(["ip", "-n", namespace, "link", "set", "eth0", "up"])


def _addresses(namespace: str, addresses: tuple[str, ...], device: str = "eth0") -> None:
    """Put addresses on a device; nodad: detecting duplicates takes time, and none can exist."""
    lines = [f"link set {device} up"]
    lines.extend(
        f"address add {address} dev {device}" + (" nodad" if ":" in address else "")
        for address in addresses
    )
    run(["ip", "-n", namespace, "-batch", "-"], stdin="\n".join(lines))


def _default_routes(namespace: str, ipv4: str, ipv6: str) -> None:
    run(["ip", "-n", namespace, "route", "add", "default", "via", ipv4])
    run(["ip", "-n", namespace, "-6", "route", "add", "default", "via", ipv6])


def down() -> None:
    """Remove the namespaces, and with them every link, address and rule inside."""
    for namespace in NAMESPACES:
        if exists(namespace):
            _kill_inside(namespace)
            run(["ip", "netns", "del", namespace])


def pids(namespace: str) -> list[int]:
    """Return the processes that live in ``namespace``; none if there is no such namespace."""
    if not exists(namespace):
        return []
    return [int(pid) for pid in run(["ip", "netns", "pids", namespace]).split()]


def _kill_inside(namespace: str) -> None:
    """End what still runs in one of the lab's own namespaces (nothing else can be in there)."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        for pid in pids(namespace):
            _signal(pid, number)
        deadline = time.monotonic() + 2
        while pids(namespace) and time.monotonic() < deadline:
            time.sleep(0.05)
    wait_until(
        lambda: not pids(namespace), what=f"the processes in {namespace} did not end", seconds=3
    )


def _signal(pid: int, number: int) -> None:
    if pid == os.getpid():
        return
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return


def _succeeds(*argv: str) -> bool:
    return subprocess.run(argv, capture_output=True, check=False).returncode == 0


def answers(namespace: str, address: str, port: int) -> bool:
    """Tell whether something listens at a TCP port, as seen from ``namespace``."""
    probe = f"exec 3<>/dev/tcp/{address}/{port}"
    return _succeeds(*namespace_argv(namespace, ["timeout", "2", "bash", "-c", probe]))
