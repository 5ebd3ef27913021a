"""Up, down and reset are idempotent, leave nothing behind, and recover from kill -9."""

import os
import signal
import time
from pathlib import Path

import pytest

from lab import plan
from tests.lab.conftest import OwnLab


def leaders(lab: OwnLab) -> str:
    return lab.python("from lab.nodes import VPS, WORLD; print(VPS.pid(), WORLD.pid())")


def test_up_again_starts_nothing_anew(lab: OwnLab) -> None:
    before = leaders(lab)
    lab.do("up")
    assert leaders(lab) == before


def test_down_leaves_nothing_and_up_finds_the_disks(lab: OwnLab, machine_before: str) -> None:
    lab.do("shell", "vps", "sh", "-c", "echo kept >/root/kept")
    lab.do("down")
    others = list(Path("/sys/class/net").glob("tapal*-up"))
    forwarding = Path("/proc/sys/net/ipv4/ip_forward").read_text()
    assert lab.leftovers() == {}
    assert others or forwarding == machine_before
    assert lab.call("status").returncode == 1
    assert lab.call("down").returncode == 0, "down twice is not an error"
    lab.do("up")
    assert lab.do("shell", "vps", "cat", "/root/kept").strip() == "kept"
    assert lab.call("status").returncode == 0


def test_reset_gives_back_a_blank_vps_and_the_seeded_zones(lab: OwnLab) -> None:
    lab.do("shell", "vps", "sh", "-c", "echo gone >/root/gone")
    lab.do("ptr", "set", plan.VPS.ipv4, "other.test")
    state = lab.python("from lab.operator import machine; print(machine.state())").strip()
    Path(state).mkdir(exist_ok=True)
    (Path(state) / "stack.json").touch()
    lab.do("reset")
    assert lab.call("shell", "vps", "test", "-e", "/root/gone").returncode == 1
    assert plan.VPS_PTR_BEFORE in lab.do("ptr", "show", plan.VPS.ipv4)
    assert not (Path(state) / "stack.json").exists()


@pytest.mark.parametrize("seconds", [0.1, 0.2, 0.3, 0.4, 0.5, 0.7, 1.0, 1.5])
def test_up_goes_on_where_a_killed_one_stopped(own_lab: OwnLab, seconds: float) -> None:
    own_lab.do("down")
    assert own_lab.killed_after(seconds, "up"), "the kill came too late to mean anything"
    own_lab.do("up")
    assert own_lab.call("status").returncode == 0


@pytest.mark.parametrize("seconds", [0.1, 0.3, 0.6, 1.0, 2.0])
def test_up_after_a_killed_reset(own_lab: OwnLab, seconds: float) -> None:
    own_lab.do("up")
    own_lab.killed_after(seconds, "reset")
    own_lab.do("up")
    assert own_lab.call("status").returncode == 0
    assert "google-site-verification" in own_lab.do("run", "dig", "+short", "tapal.test", "TXT")


@pytest.mark.parametrize("seconds", [0.15, 0.3, 0.6, 1.0])
def test_down_after_a_killed_up_or_down_leaves_nothing(own_lab: OwnLab, seconds: float) -> None:
    own_lab.do("down")
    own_lab.killed_after(seconds, "up")
    own_lab.do("down")
    assert own_lab.leftovers() == {}
    own_lab.do("up")
    own_lab.killed_after(seconds, "down")
    own_lab.do("down")
    assert own_lab.leftovers() == {}


def test_up_recovers_from_a_killed_container(lab: OwnLab) -> None:
    code = "from lab.nodes import NODES; print(*(node.pid() for node in NODES.values()))"
    for leader in lab.python(code).split():
        parent = Path(f"/proc/{leader}/stat").read_text().rsplit(")", 1)[1].split()[1]
        os.kill(int(parent), signal.SIGKILL)
    lab.do("up")
    assert lab.call("status").returncode == 0
    lab.do("down")
    assert lab.leftovers() == {}


def test_two_at_once_are_refused(lab: OwnLab) -> None:
    first = lab.start("reset", "vps")
    time.sleep(0.5)
    second = lab.call("up")
    first.communicate(timeout=60)
    assert first.returncode == 0
    assert second.returncode == 1
    assert "another" in second.stderr


def test_run_passes_status_and_signals_through_and_is_quick(lab: OwnLab) -> None:
    assert lab.call("run", "sh", "-c", "exit 5").returncode == 5
    assert lab.call("shell", "vps", "sh", "-c", "exit 7").returncode == 7
    running = lab.start(
        "run", "sh", "-c", "trap 'exit 9' INT; echo ready; while :; do sleep .05; done"
    )
    assert running.stdout is not None
    assert running.stdout.readline().strip() == "ready"
    running.send_signal(signal.SIGINT)
    running.communicate(timeout=5)
    assert running.returncode == 9
    lab.do("run", "true")


def test_what_is_not_there_is_said(own_lab: OwnLab) -> None:
    own_lab.do("down")
    for words in (("run", "true"), ("shell", "vps", "true")):
        refused = own_lab.call(*words)
        assert refused.returncode == 1
        assert "python -m lab up" in refused.stderr
    own_lab.do("up")
    unknown = own_lab.call("run", "no-such-program")
    assert "no-such-program" in unknown.stderr
