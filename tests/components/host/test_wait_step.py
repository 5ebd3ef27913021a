"""The step that waits for the first boot: for whoever works with the packages, without psmisc."""

import threading
import time
from pathlib import Path

import pytest

from tests.components.host.stand_in import StandIn

LOCK = "/var/lib/dpkg/lock-frontend"
PROGRAMS = {
    "systemctl": "echo degraded",
    "timedatectl": "",
    "df": "echo Avail; echo 9000000",
    "fuser": "exit 127",
}


@pytest.fixture
def host(tmp_path: Path) -> StandIn:
    return StandIn(tmp_path, PROGRAMS, ("/var/lib/dpkg",))


def test_a_finished_boot_with_a_failed_unit_is_enough(host: StandIn) -> None:
    done = host.run("wait", "")
    assert done.returncode == 0, done.stderr
    assert "the system is degraded" in done.stdout


def test_who_holds_dpkgs_lock_is_waited_for(host: StandIn) -> None:
    lock = host.write(LOCK, "")
    held = lock.open()
    released: list[float] = []

    def release() -> None:
        time.sleep(1.5)
        released.append(time.monotonic())
        held.close()

    thread = threading.Thread(target=release)
    thread.start()
    done = host.run("wait", "")
    ended = time.monotonic()
    thread.join()
    assert done.returncode == 0, done.stderr
    assert ended > released[0]
