"""What is left when Pulumi is interrupted or killed: nothing that runs."""

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from lab.progress import wait_until
from tests.lab.engine.harness import STACK, Project

PROGRAM = """
from slow import Slow
Slow("x")
"""
SLOW = """
import time
from pathlib import Path
from pulumi.dynamic import CreateResult, Resource, ResourceProvider

class SlowProvider(ResourceProvider):
    def create(self, props):
        Path("{started}").touch()
        time.sleep(4)
        return CreateResult(id_="x", outs=dict())

class Slow(Resource):
    def __init__(self, name):
        super().__init__(SlowProvider(), name, dict())
"""

KILLED = pytest.param(
    signal.SIGKILL,
    marks=pytest.mark.skipif(
        "TAPAL_PLUGINS" in os.environ, reason="official plugins notice after minutes"
    ),
)


@pytest.mark.parametrize("stop", [signal.SIGINT, KILLED])
def test_nothing_outlives_pulumi(project: Project, tmp_path: Path, stop: signal.Signals) -> None:
    started = tmp_path / "started"
    project.write("__main__.py", PROGRAM)
    project.write("slow.py", SLOW.format(started=started))
    command = ["pulumi", "up", "--yes", "--skip-preview", "--non-interactive", "--stack", STACK]
    with subprocess.Popen(
        command,
        cwd=project.folder,
        env=project.environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as pulumi:
        wait_until(started.exists, what="the operation did not start", seconds=30)
        stopped = time.monotonic()
        pulumi.send_signal(stop)
        output = pulumi.communicate(timeout=30)[0]
    assert pulumi.returncode != 0
    assert time.monotonic() - stopped < 15
    assert "Traceback" not in output
    wait_until(lambda: not running_for(project), what="the plugins did not end", seconds=10)


def running_for(project: Project) -> list[int]:
    """Return the processes that work in the project's folder: the plugins."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                folder = (entry / "cwd").readlink()
            except OSError:
                continue
            if folder == project.folder:
                found.append(int(entry.name))
    return found
