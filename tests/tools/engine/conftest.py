"""A project of its own with the tool in it, and a script that stands for `pulumi`."""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from lab.paths import REPOSITORY

STACK = "example.com"


def borrow(project: Path) -> None:
    """Let the tool in ``project`` have what it imports; only the tool itself is a copy there."""
    for path in (
        "mail",
        "tools/changes",
        "tools/cures.py",
        "tools/ending.py",
        "tools/passphrase.py",
    ):
        (project / path).symlink_to(REPOSITORY / path)


class Tool:
    """``python -m tools.engine`` in a project of its own.

    Attributes:
        folder: the project.
        environment: what it runs in.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "project"
        (self.folder / "stacks").mkdir(parents=True)
        (self.folder / "Pulumi.yaml").write_text("name: try\nruntime: python\n")
        (self.folder / "stacks" / f"Pulumi.{STACK}.yaml").write_text("config: {}\n")
        shutil.copytree(REPOSITORY / "tools" / "engine", self.folder / "tools" / "engine")
        borrow(self.folder)
        self.state = folder / "state"
        self.called = folder / "called"
        self.environment = {
            "HOME": str(folder),
            "PATH": f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}",
            "PULUMI_BACKEND_URL": f"file://{self.state}",
            "CALLED": str(self.called),
        }
        (folder / "bin").mkdir()
        self._pulumi = folder / "bin" / "pulumi"
        self.pulumi("")

    def pulumi(self, script: str) -> None:
        """Let ``pulumi`` note its arguments and do what ``script`` says, in sh."""
        self._pulumi.write_text(f'#!/bin/sh\necho "$*" >>"$CALLED"\n{EVENTS}{script}\n')
        self._pulumi.chmod(0o755)

    def calls(self) -> Sequence[str]:
        """Return what ``pulumi`` was asked, without where it logs to, and forget it."""
        text = self.called.read_text() if self.called.exists() else ""
        self.called.unlink(missing_ok=True)
        words = [line.split() for line in text.splitlines()]
        return [" ".join(one for one in line if not one.startswith("/")) for line in words]

    def start(self, *words: str) -> "subprocess.Popen[str]":
        """Start the tool."""
        return subprocess.Popen(
            [sys.executable, "-m", "tools.engine", *words],
            cwd=self.folder, env=self.environment, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip

    def run(self, *words: str) -> "subprocess.CompletedProcess[str]":
        """Run the tool to its end."""
        process = self.start(*words)
        out, err = process.communicate(timeout=60)
        return subprocess.CompletedProcess(words, process.returncode, out, err)


# Writes what the tests give in EVENTS to the file that follows --event-log.
EVENTS = """
while [ $# -gt 0 ]; do
    [ "$1" != --event-log ] || printf '%s\\n' "$EVENTS" >"$2"
    shift
done
"""


@pytest.fixture
def tool(tmp_path: Path) -> Tool:
    return Tool(tmp_path)
