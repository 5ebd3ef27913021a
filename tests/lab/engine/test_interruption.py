"""What is left when Pulumi is interrupted or killed: nothing that runs."""

import json
import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from lab.progress import wait_until
from tests.lab.engine.harness import STACK, Project
from tests.lab.engine.sshd import Sshd

COMMAND = """
import json, pathlib
from pulumi_command import remote
connection = json.loads(pathlib.Path("connection.json").read_text())
remote.Command("x", connection=connection, create="echo >{started}; sleep 4; echo >{ended}")
"""
DIAL = """
from pathlib import Path
from pulumi_command import remote
connection = {{"host": "127.0.0.1", "port": 1, "dial_error_limit": -1}}
remote.Command("x", connection=connection, create="true")
Path("{started}").write_text("\\n")
"""

KILLED = pytest.param(
    signal.SIGKILL,
    marks=pytest.mark.skipif(
        "TAPAL_PLUGINS" in os.environ, reason="official plugins notice after minutes"
    ),
)


@pytest.mark.parametrize("program", [COMMAND, DIAL], ids=["command", "dial"])
@pytest.mark.parametrize("stop", [signal.SIGINT, KILLED])
def test_nothing_outlives_pulumi(
    project: Project, tmp_path: Path, stop: signal.Signals, program: str, sshd: Sshd
) -> None:
    started, ended = tmp_path / "started", tmp_path / "ended"
    project.write("connection.json", json.dumps(sshd.login.connection()))
    project.write("__main__.py", program.format(started=started, ended=ended))
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
    if program == COMMAND:  # begun on the host, where it comes to its end
        wait_until(ended.exists, what="the command did not end", seconds=10)


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
