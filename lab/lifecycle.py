"""Starts, stops and resets the lab as a whole. Each step finds out itself whether it is done."""

import fcntl
import shutil
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from lab import nodes, paths, plan
from lab.ca import accounts, issuer
from lab.cloudflare import process
from lab.errors import LabError
from lab.images import image, mirror
from lab.net import network, uplink
from lab.nodes.container import Container
from lab.operator import machine
from lab.progress import step, wait_until
from lab.vps import disk as vps_disk
from lab.world import disk as world_disk
from lab.world import ready


@contextmanager
def alone() -> Iterator[None]:
    """Keep other ``up``, ``down`` and ``reset`` out while one is at work (until it ends or dies).

    Raises:
        LabError: another one is at work.
    """
    paths.run().mkdir(parents=True, exist_ok=True)
    with (paths.run() / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise LabError("another `python -m lab` is starting or stopping the lab") from error
        yield


def up() -> None:
    """Start whatever does not run.

    Raises:
        LabError: a step fails; what was done stays, and a further ``up`` goes on from there.
    """
    image.build_all()
    _network()
    _boot()
    with step("waiting for the world's services"):
        for probe in ready.PROBES:
            wait_until(probe.passes, what=f"{probe.what} did not answer", seconds=60)
        wait_until(ready.resolver_validates, what="the resolver does not validate", seconds=30)
        process.up()
        issuer.up()
        accounts.restore()
    wait_until(_ssh_answers, what="the VPS's sshd did not answer", seconds=30)


def _network() -> None:
    settings = mirror.machine()
    machine.up()
    if network.complete():
        uplink.up(settings)
        return
    with step("joining the lab's networks"):
        _stop_nodes()
        network.down()
        network.up()
        uplink.up(settings)


_ALIVE = ("initializing", "starting", "running", "degraded", "maintenance")


def _settle(node: Container) -> None:
    """Stop a node that is powering off because a ``down`` or ``reset`` was killed meanwhile."""
    deadline = time.monotonic() + 5
    while node.leader() is not None and time.monotonic() < deadline:
        try:
            inside = node.enter(["systemctl", "is-system-running"])
        except LabError:
            break  # it has just ended
        asked = subprocess.run(inside, capture_output=True, check=False)
        state = asked.stdout.decode().strip()
        if state in _ALIVE:
            return
        if state == "stopping":
            break
        time.sleep(0.1)  # too early in its boot to say
    node.stop()


def _boot() -> None:
    """Start the nodes that do not run; each starts as it was left, or blank."""
    for node in nodes.NODES.values():
        if node.leader() is not None:
            _settle(node)
    if nodes.WORLD.leader() is None:
        with step("booting the world"):
            _boot_world(mirror.machine())
    else:
        _renew_mirrors(mirror.machine())
    if nodes.VPS.leader() is None:
        with step("booting the VPS"):
            _boot_vps(mirror.machine())


def _boot_world(settings: mirror.Mirror) -> None:
    world = nodes.WORLD
    world.stop()  # what a killed run may have left of it
    if world.prepare():
        world_disk.write(world.upper, image.WORLD.path)
        world.finish()
    (world.upper / world_disk.MIRRORS).write_text(world_disk.mirrors(settings))
    world.start()


def _boot_vps(settings: mirror.Mirror) -> None:
    vps = nodes.VPS
    vps.stop()
    network.renew_vps()  # as a power cycle does: no address of the boot before is left
    if vps.prepare():
        vps_disk.write(vps.upper, settings)
        vps.finish()
    vps.start()


def _renew_mirrors(settings: mirror.Mirror) -> None:
    """Tell the running resolver where the mirrors are, if apt's settings have changed."""
    file = nodes.WORLD.root() / world_disk.MIRRORS
    wanted = world_disk.mirrors(settings)
    if file.read_text() != wanted:
        file.write_text(wanted)
        nodes.run("world", ["systemctl", "restart", "unbound"])


def _ssh_answers() -> bool:
    return network.answers(plan.NETNS_OPERATOR, plan.VPS.ipv4, 22)


def _stop_nodes() -> None:
    process.down()
    with ThreadPoolExecutor() as pool:
        list(pool.map(Container.stop, nodes.NODES.values()))


def down() -> None:
    """Take everything down: processes, mounts, namespaces, addresses, rules. Disks are kept."""
    with step("stopping the lab"):
        _stop_nodes()
        uplink.down()
        network.down()
        machine.down()


def reset() -> None:
    """Start with a blank VPS, the zones as they were seeded, and no Pulumi state."""
    with step("wiping the lab's disks and state"):
        _stop_nodes()
        nodes.WORLD.wipe()
        process.forget()
        issuer.forget()
        nodes.VPS.wipe()
        shutil.rmtree(machine.state(), ignore_errors=True)
    up()


def reset_vps() -> None:
    """Start the VPS blank, as its provider delivers it; the world and Pulumi's state stay."""
    with step("wiping the VPS"):
        nodes.VPS.stop()
        nodes.VPS.wipe()
    up()
