"""What is left when Pulumi is interrupted or killed: nothing that runs."""

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from lab.progress import wait_until
from tests.engine.harness import STACK, Project

SLEEPER = """
import pulumi
from pulumi_command import local
local.Command("x", create="echo $$ >{pid}; exec sleep 300")
"""


KILLED = pytest.param(
    signal.SIGKILL,
    marks=pytest.mark.skipif(
        "TAPAL_PLUGINS" in os.environ, reason="official plugins notice after minutes"
    ),
)


@pytest.mark.parametrize("stop", [signal.SIGINT, KILLED])
def test_nothing_outlives_pulumi(project: Project, tmp_path: Path, stop: signal.Signals) -> None:
    marker = tmp_path / "pid"
    project.write("__main__.py", SLEEPER.format(pid=marker))
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
        wait_until(
            lambda: marker.exists() and marker.read_text().strip() != "",
            what="command starts",
            seconds=30,
        )
        started = time.monotonic()
        pulumi.send_signal(stop)
        output = pulumi.communicate(timeout=30)[0]
    assert pulumi.returncode != 0
    assert time.monotonic() - started < 15
    assert "Traceback" not in output
    wait_until(lambda: not running_for(project), what="plugins and command end", seconds=10)


def running_for(project: Project) -> list[int]:
    """Return the processes that work in the project's folder: plugins and what they started."""
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
