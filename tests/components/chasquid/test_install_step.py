"""The step that sees to it that chasquid is installed, and the running one the installed one."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.components.host.stand_in import StandIn
from tests.components.host.test_packages_step import DEBIAN, POLICY, PROGRAMS

DATA = "minimum=1.19\nmirror=\n"
RESTART = "systemctl restart chasquid.service"
SYSTEMCTL = """
case "$*" in
"show -P MainPID chasquid.service") cat "$root/pid" ;;
"restart chasquid.service") [ ! -e "$root/broken" ] || exit 1 ;;
esac"""


@pytest.fixture
def host(tmp_path: Path) -> StandIn:
    moved = ("/etc/apt", "/etc/os-release", POLICY, "/var/lib/dpkg")
    made = StandIn(tmp_path, {**PROGRAMS, "systemctl": SYSTEMCTL}, moved)
    made.write("/etc/os-release", DEBIAN)
    for folder in ("/packages", "/var/lib/dpkg/updates", "/usr/sbin", "/etc/apt/sources.list.d"):
        made.path(folder).mkdir(parents=True)
    made.write("/offered", "1.19.0-1")
    made.write("/targets", "")
    made.write("/pid", "0")
    return made


@pytest.fixture
def running(host: StandIn) -> Iterator[Path]:
    """Have a process run; return its program."""
    program = host.path("/chasquid")
    shutil.copy(shutil.which("sleep") or "sleep", program)
    process = subprocess.Popen([program, "60"])
    host.write("/pid", str(process.pid))
    yield program
    process.kill()
    process.wait()


def run(host: StandIn) -> str:
    done = host.run("chasquid-install", DATA)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_one_that_was_removed_is_installed_and_not_started(host: StandIn) -> None:
    assert "chasquid 1.19.0-1 installed" in run(host)
    called = host.called
    assert sum(" install chasquid" in one for one in called) == 1
    assert RESTART not in called
    assert not host.path(POLICY).exists()


def test_one_that_is_there_is_left_alone(host: StandIn, running: Path) -> None:
    host.write("/packages/chasquid", "1.19.0-1")
    assert running.exists()
    assert run(host) == "chasquid 1.19.0-1 is there\n"
    called = host.called
    assert RESTART not in called
    assert not any(" install " in one or one.endswith(" update") for one in called)


def test_a_newer_one_takes_the_place_of_one_that_runs(host: StandIn, running: Path) -> None:
    host.write("/packages/chasquid", "1.18.0-1")
    running.unlink()  # as dpkg does, which renames the new file to that name
    said = run(host)
    assert "starting chasquid anew" in said
    assert "chasquid 1.19.0-1 installed" in said
    assert RESTART in host.called


def test_one_that_was_upgraded_without_a_restart_is_started_anew(
    host: StandIn, running: Path
) -> None:
    host.write("/packages/chasquid", "1.20.0-1")
    host.write(POLICY, "#!/bin/sh\n# written by tapal\nexit 101\n")
    running.unlink()
    assert "starting chasquid anew" in run(host)
    assert RESTART in host.called
    assert not host.path(POLICY).exists()


def test_one_that_does_not_start_again_is_told_of(host: StandIn, running: Path) -> None:
    host.write("/packages/chasquid", "1.19.0-1")
    host.write("/broken", "")
    running.unlink()
    done = host.run("chasquid-install", DATA)
    assert done.returncode == 1
    assert "failed: chasquid 1.19.0-1 did not start" in done.stdout


def test_a_removed_one_goes_with_its_source(host: StandIn) -> None:
    run(host)
    assert host.run("chasquid-install", DATA, "delete").returncode == 0
    assert list(host.path("/packages").iterdir()) == []
    assert list(host.path("/etc/apt/sources.list.d").iterdir()) == []
