"""Starts, stops and resets the lab as a whole. Each step finds out itself whether it is done."""

import fcntl
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from lab import image, mirror, network, nodes, operator_node, paths, plan, uplink
from lab.container import Container
from lab.errors import LabError
from lab.progress import say, step, wait_until
from lab.vps import disk as vps_disk


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
    """Bring up whatever is not up.

    Raises:
        LabError: a step fails; what was done stays, and a further ``up`` goes on from there.
    """
    image.build_all()
    _network()
    _vps()


def _network() -> None:
    settings = mirror.machine()
    if network.complete():
        uplink.up(settings)
        return
    with step("joining the lab's networks"):
        _stop_nodes()
        network.down()
        network.up()
        uplink.up(settings)
        operator_node.up()


def _vps() -> None:
    if nodes.VPS.leader() is not None:
        return
    with step("booting the VPS"):
        nodes.VPS.stop()  # what a killed run may have left of it
        if nodes.VPS.prepare():
            vps_disk.write(nodes.VPS.upper, mirror.machine())
            nodes.VPS.finish()
        nodes.VPS.start()
        wait_until(_ssh_answers, what="the VPS's sshd did not answer", seconds=30)


def _ssh_answers() -> bool:
    return network.answers(plan.NETNS_OPERATOR, plan.VPS.ipv4, 22)


def _stop_nodes() -> None:
    with ThreadPoolExecutor() as pool:
        list(pool.map(Container.stop, nodes.NODES.values()))


def down() -> None:
    """Take everything down: processes, mounts, namespaces, addresses, rules. Disks are kept."""
    with step("stopping the lab"):
        _stop_nodes()
        uplink.down()
        network.down()
        operator_node.down()


def reset_vps() -> None:
    """Give the VPS back blank, as its provider delivers it, and forget what Pulumi knows."""
    if nodes.VPS.leader() is not None:
        with step("wiping the VPS"):
            nodes.VPS.stop()
            network.renew_vps()
    nodes.VPS.wipe()
    if operator_node.state().exists():
        shutil.rmtree(operator_node.state())
        say("✓ Pulumi's state of the lab's stacks removed")
