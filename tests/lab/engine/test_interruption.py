"""What is left when Pulumi is interrupted or killed: nothing that runs."""

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from lab.paths import REPOSITORY
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
WAITING = """
import pathlib, time
import pulumi
pathlib.Path("{started}").touch()
time.sleep(60)
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
        pulumi.communicate(timeout=30)
    assert pulumi.returncode != 0
    assert time.monotonic() - stopped < 15
    wait_until(lambda: not running_for(project), what="the plugins did not end", seconds=10)


@pytest.mark.parametrize("quiet", [False, True])
def test_an_interrupted_program_is_quiet_if_it_asks_for_it(
    project: Project, tmp_path: Path, quiet: bool
) -> None:
    """Noise on the stand-in is noise on the official language host, and the other way round."""
    project.write("interruption.py", (REPOSITORY / "components" / "interruption.py").read_text())
    project.write("components/refusal.py", (REPOSITORY / "components" / "refusal.py").read_text())
    started = tmp_path / "started"
    ask = "import interruption\n" if quiet else ""
    project.write("__main__.py", f"{ask}{WAITING.format(started=started)}")
    # On a busy machine the engine may be gone before the noise reaches it: then once more.
    for _ in range(1 if quiet else 4):
        started.unlink(missing_ok=True)
        status, output = interrupted(project, started)
        assert status != 0
        if "KeyboardInterrupt" in output:
            break
    assert ("KeyboardInterrupt" in output) != quiet
    assert ("Traceback" in output) != quiet


def interrupted(project: Project, started: Path) -> tuple[int, str]:
    """Preview, interrupt it when ``started`` is there, and return its status and output."""
    command = ["pulumi", "preview", "--non-interactive", "--color", "never", "--stack", STACK]
    with subprocess.Popen(
        command, cwd=project.folder, env=project.environment, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    ) as pulumi:  # fmt: skip
        wait_until(started.exists, what="the program did not start", seconds=30)
        pulumi.send_signal(signal.SIGINT)
        output = pulumi.communicate(timeout=30)[0]
    return pulumi.returncode, output


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
