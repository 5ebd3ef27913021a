"""`make up` and `make unlock` with the real engine: nothing to do, Ctrl-C, a killed run."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from lab.paths import REPOSITORY
from lab.progress import wait_until
from tests.lab.engine.harness import NAME, STACK, Project
from tests.lab.engine.test_interruption import running_for
from tests.tools.engine.conftest import borrow

PROGRAMS = Path(__file__).parent / "programs"
ASKED = "No terminal to ask on"
PROGRAM = """
import importlib
import pulumi
importlib.import_module("file_resource").File("f", path="{file}", text="{text}")
pulumi.export("said", "{said}")
"""
SLOW = """
import importlib
importlib.import_module("components.interruption")
importlib.import_module("slow_resource").Slow("s", begun="{begun}", seconds={seconds})
"""


class Tool(Project):
    """A project with `tools.engine` in it."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, options={"refresh": "always"})
        shutil.copytree(REPOSITORY / "tools" / "engine", self.folder / "tools" / "engine")
        borrow(self.folder)
        for name in ("file_resource.py", "slow_resource.py"):
            shutil.copy(PROGRAMS / name, self.folder)
        for name in ("interruption.py", "refusal.py"):
            self.write(f"components/{name}", (REPOSITORY / "components" / name).read_text())
        self.file, self.begun = folder / "file", folder / "begun"

    def say(self, text: str, said: str = "") -> None:
        """Let the program make a file and an output."""
        self.write("__main__.py", PROGRAM.format(file=self.file, text=text, said=said))

    def make(self, *words: str) -> "subprocess.Popen[str]":
        """Start what `make` runs, in a process group of its own."""
        return subprocess.Popen(
            [sys.executable, "-m", "tools.engine", words[0], STACK, *words[1:]],
            cwd=self.folder, env=self.environment, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, process_group=0,
        )  # fmt: skip

    def made(self, *words: str, status: int = 0) -> str:
        """Run it to its end, which must be ``status``, and return what it printed."""
        process = self.make(*words)
        output = process.communicate(timeout=60)[0]
        assert process.returncode == status, output
        return output

    def create_slowly(self, seconds: float) -> "subprocess.Popen[str]":
        """Start an update, and return in the middle of it."""
        self.begun.unlink(missing_ok=True)
        self.write("__main__.py", SLOW.format(begun=self.begun, seconds=seconds))
        process = self.make("up", "--yes")
        wait_until(self.begun.exists, what="nothing was begun", seconds=30)
        return process

    def updates(self) -> int:
        """Return how many updates there were."""
        return len(list((self.state / ".pulumi" / "history" / NAME).rglob("*.history.json")))

    def pending(self) -> list[object]:
        """Return the operations that the state says were cut off."""
        latest = json.loads(self.state_text())["checkpoint"]["latest"]
        found: list[object] = latest.get("pending_operations", [])
        return found


@pytest.fixture
def tool(tmp_path: Path) -> Iterator[Tool]:
    tool = Tool(tmp_path)
    yield tool
    for pid in running_for(tool):
        os.kill(pid, signal.SIGKILL)


def test_nothing_to_do_writes_nothing(tool: Tool) -> None:
    tool.say("one")
    tool.made("up", "--yes")
    before = tool.state_text(), tool.updates()
    assert "nothing to do" in tool.made("up")
    assert (tool.state_text(), tool.updates()) == before
    # Each of these asks, after the preview alone: there is no terminal, so nothing is done.
    tool.say("one", said="more")
    assert ASKED in tool.made("up", status=1)
    tool.file.write_text("two")
    tool.say("two")
    assert ASKED in tool.made("up", status=1)
    assert (tool.state_text(), tool.updates()) == before
    tool.say("two", said="more")
    assert "nothing to do" not in tool.made("up", "--yes")
    assert tool.outputs() == {"said": "more"}
    assert '"two"' in tool.state_text()
    assert ASKED in tool.made("destroy", status=1)
    tool.made("destroy", "--yes")
    assert not tool.file.exists()
    assert "nothing to do" in tool.made("destroy")


@pytest.mark.parametrize(
    "seconds",
    [
        pytest.param(2, id="what ends soon", marks=pytest.mark.chaos),
        pytest.param(60, id="what does not"),
    ],
)
def test_ctrl_c_ends_it_within_five_seconds(tool: Tool, seconds: float) -> None:
    with tool.create_slowly(seconds) as process:
        asked = time.monotonic()
        process.send_signal(signal.SIGINT)
        output = process.communicate(timeout=30)[0]
    assert time.monotonic() - asked < 5
    assert process.returncode not in {0, None}
    assert f"make up STACK={STACK} goes on where it was" in output
    assert "Traceback" not in output
    wait_until(lambda: not running_for(tool), what="the plugins did not end", seconds=5)
    assert len(tool.pending()) == (0 if seconds == 2 else 1)
    assert "make unlock" not in output
    tool.say("one")
    output = tool.made("up", "--yes")
    assert "pending operations" not in output
    assert tool.pending() == []


@pytest.mark.chaos
def test_a_killed_run_is_tidied_up_after(tool: Tool) -> None:
    with tool.create_slowly(60) as process:
        refused = tool.made("unlock", "--yes", status=1)
        assert "it is at work" in refused
        [pulumi] = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        os.kill(int(pulumi), signal.SIGKILL)
        output = process.communicate(timeout=30)[0]
    assert process.returncode == 128 + signal.SIGKILL
    assert f"make unlock STACK={STACK}" in output
    if "TAPAL_PLUGINS" not in os.environ:  # official plugins notice after minutes, or never
        wait_until(lambda: not running_for(tool), what="the plugins did not end", seconds=5)
    tool.say("one")
    locked = tool.made("up", "--yes", status=1)
    assert "Previewing" not in locked
    assert f"make unlock STACK={STACK}" in locked
    unlocked = tool.made("unlock")
    assert f"(process {pulumi}, since " in unlocked
    left = [Path(f"/proc/{pid}/cmdline").read_bytes() for pid in running_for(tool)]
    assert [line for line in left if b"pulumi.dynamic" in line] == []
    assert tool.pending() == []
    output = tool.made("up", "--yes")
    assert "pending operations" not in output
    assert tool.file.read_text() == "one"
