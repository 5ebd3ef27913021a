"""The way out of the lab: to the package mirrors of this machine's apt, and nowhere else.

One veth pair joins the lab's router to the machine, which masquerades what goes to the mirrors'
addresses and ports (an nftables table named for the lab). IPv4 forwarding is switched on if it was
off, and put back by ``down``.
"""

import ipaddress
import subprocess
from pathlib import Path

from lab import paths, plan
from lab.command import run
from lab.images.mirror import Endpoint, Mirror
from lab.net.network import namespace_exec
from mail.template import render

_FORWARD = Path("/proc/sys/net/ipv4/ip_forward")
_IN_ROUTER = ["ip", "-n", plan.NETNS_NET]


def _forwarding_before() -> Path:
    """Return the file that keeps what ip_forward was before the first lab of this machine."""
    return paths.cache() / "ip_forward.before"


def up(mirror: Mirror) -> None:
    """Make the link and write both sets of rules anew (mirrors may have moved since)."""
    _link()
    endpoints = [_seen_from_router(endpoint) for endpoint in mirror.endpoints]
    for real in {endpoint.real for endpoint in endpoints} - {plan.UPLINK_MACHINE}:
        run([*_IN_ROUTER, "route", "replace", f"{real}/32", "via", plan.UPLINK_MACHINE])
    forwarding_before = _switch_forwarding_on()
    local = {endpoint.port for endpoint in endpoints if endpoint.real == plan.UPLINK_MACHINE}
    if local:
        Path(f"/proc/sys/net/ipv4/conf/{plan.UPLINK}/route_localnet").write_text("1")
    packages = sorted(
        f"{e.real} . {e.port}" for e in endpoints if e.real != plan.UPLINK_MACHINE
    )  # fmt: skip
    machine = render(
        "lab/net/machine.nft.j2",
        packages=packages,
        local_ports=sorted(local),
        uplink=plan.UPLINK,
        inside=plan.UPLINK_INSIDE,
        machine=plan.UPLINK_MACHINE,
        forwarding_before=forwarding_before,
        table=plan.LAB,
    )
    run(["nft", "-f", "-"], stdin=machine)
    namespace_exec(
        plan.NETNS_NET,
        ["nft", "-f", "-"],
        stdin=render("lab/net/router.nft.j2", endpoints=endpoints, table=plan.LAB),
    )


def _seen_from_router(endpoint: Endpoint) -> Endpoint:
    """Return a mirror on this machine's loopback address by the uplink's address."""
    if not ipaddress.ip_address(endpoint.real).is_loopback:
        return endpoint
    return Endpoint(
        name=endpoint.name, port=endpoint.port, real=plan.UPLINK_MACHINE, inside=endpoint.inside
    )


def _link() -> None:
    """Make the link, or complete one that an interrupted run left."""
    if not Path("/sys/class/net", plan.UPLINK).exists():
        run(["ip", "link", "add", plan.UPLINK, "type", "veth", "peer", "name", "uplink",
             "netns", plan.NETNS_NET])  # fmt: skip
    ends = ((["ip"], plan.UPLINK, plan.UPLINK_MACHINE), (_IN_ROUTER, "uplink", plan.UPLINK_INSIDE))
    for ip, device, address in ends:
        run([*ip, "address", "replace", f"{address}/{plan.UPLINK_PREFIX}", "dev", device])
        run([*ip, "link", "set", device, "up"])


def _switch_forwarding_on() -> bool:
    """Switch IPv4 forwarding on and tell whether it was on before the lab first did so."""
    before = _forwarding_before()
    if not before.exists():
        before.write_text(_FORWARD.read_text())
    _FORWARD.write_text("1")
    return before.read_text().strip() == "1"


def down() -> None:
    """Remove rules and link; the last lab to go puts ip_forward back to what it was."""
    subprocess.run(["nft", "delete", "table", "ip", plan.LAB], capture_output=True, check=False)
    if Path("/sys/class/net", plan.UPLINK).exists():
        run(["ip", "link", "del", plan.UPLINK])
    before = _forwarding_before()
    if before.exists() and not any(Path("/sys/class/net").glob("tapal*-up")):
        _FORWARD.write_text(before.read_text())
        before.unlink()


def stands() -> bool:
    """Tell whether link and rules are there."""
    table = subprocess.run(
        ["nft", "list", "table", "ip", plan.LAB], capture_output=True, check=False
    )
    return table.returncode == 0 and Path("/sys/class/net", plan.UPLINK).exists()
