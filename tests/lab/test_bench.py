"""`make bench`, in small: what it measures, and that nothing of it stays, however it ends."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from benchmarks import control_group
from lab.nodes.container import cgroups

ROOT = Path(__file__).parents[2]
COMMAND = (sys.executable, "-m", "benchmarks.gate", "--rounds", "1", "--mails", "16")
# The gate, chasquid twice, Postfix twice.
SERVERS = 5


def groups(run: int) -> list[Path]:
    return list(cgroups().glob(f"tapal-benchmark-{run}-*"))


def processes(run: int) -> int:
    return sum(len((one / "cgroup.procs").read_text().split()) for one in groups(run))


def wait_until(ready: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not ready():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_every_server_is_measured() -> None:
    command = [*COMMAND, "--json"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as bench:
        printed, _ = bench.communicate()
    assert bench.returncode == 0
    lines = json.loads(printed)
    names = {line["name"] for line in lines if line["how"] == "signed"}
    assert {"no hook", "ours", "ours ×2", "Postfix, OpenDKIM", "Postfix, rspamd"} <= names
    for line in lines:
        assert all(line[one] > 0 for one in ("rate", "delivered", "cost", "rest", "loaded")), line
    assert groups(bench.pid) == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_nothing_runs_on_when_it_is_told_to_end(number: signal.Signals) -> None:
    with subprocess.Popen(COMMAND, cwd=ROOT, stderr=subprocess.DEVNULL) as bench:
        run = bench.pid
        wait_until(lambda: len(groups(run)) == SERVERS and processes(run) > SERVERS)
        bench.send_signal(number)
        bench.wait(60)
    wait_until(lambda: processes(run) == 0)
    # Of a run that was killed the empty groups stay, until the next one.
    with control_group.made("next"):
        assert groups(run) == []
