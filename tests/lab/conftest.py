"""A lab of the tests' own (``TAPAL_LAB=5``), so that a running lab is left alone."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from lab.paths import REPOSITORY

NUMBER = "5"
NAME = f"tapal{NUMBER}"


class OwnLab:
    """``python -m lab`` of lab 5, as a person types it."""

    name = NAME

    def __init__(self) -> None:
        self.environment = {**os.environ, "TAPAL_LAB": NUMBER}

    def start(self, *words: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "lab", *words],
            cwd=REPOSITORY,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def call(self, *words: str, timeout: float = 600) -> subprocess.CompletedProcess[str]:
        """Run a command of the lab to its end, whatever its exit status."""
        process = self.start(*words)
        out, err = process.communicate(timeout=timeout)
        return subprocess.CompletedProcess(words, process.returncode, out, err)

    def do(self, *words: str) -> str:
        """Run a command of the lab that must succeed; return its stdout."""
        done = self.call(*words)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def python(self, code: str) -> str:
        """Run ``code`` with the lab's modules, as a test or the demo uses them."""
        done = subprocess.run(
            [sys.executable, "-c", code],
            cwd=REPOSITORY,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def killed_after(self, seconds: float, *words: str) -> bool:
        """Kill -9 a command of the lab after ``seconds``; tell whether it was still at work."""
        process = self.start(*words)
        time.sleep(seconds)
        at_work = process.poll() is None
        if at_work:
            os.kill(process.pid, signal.SIGKILL)
        process.communicate()
        return at_work

    def leftovers(self) -> dict[str, list[str]]:
        """Return everything of this lab that the machine still has, its disks aside."""
        return {kind: found for kind, found in _everything().items() if found}


def _everything() -> dict[str, list[str]]:
    mounts = Path("/proc/mounts").read_text().splitlines()
    rules = subprocess.run(["nft", "list", "tables"], capture_output=True, text=True, check=True)
    return {
        "processes": _processes(),
        "namespaces": [str(path) for path in Path("/run/netns").glob(f"{NAME}-*")],
        "mounts": [line for line in mounts if NAME in line or f"lab-{NUMBER}" in line],
        "interfaces": [path.name for path in Path("/sys/class/net").glob(f"{NAME}-*")],
        "rules": [line for line in rules.stdout.splitlines() if line.endswith(f" {NAME}")],
        "control groups": [str(path) for path in Path("/sys/fs/cgroup").glob(f"*/{NAME}-*")]
        + [str(path) for path in Path("/sys/fs/cgroup").glob(f"{NAME}-*")],
        "resolver files": [str(path) for path in Path("/etc/netns").glob(f"{NAME}-*")],
    }


def _processes() -> list[str]:
    found = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = entry.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if f"{NAME}-" in line or f"/lab-{NUMBER}/" in line:
            found.append(line)
    return found


@pytest.fixture(scope="session")
def machine_before() -> str:
    """Return what ip_forward was before the tests."""
    return Path("/proc/sys/net/ipv4/ip_forward").read_text()


@pytest.fixture(scope="session")
def own_lab(machine_before: str) -> Iterator[OwnLab]:  # noqa: ARG001 - read before the lab is up
    if os.geteuid() != 0:
        pytest.fail("the lab needs root: network namespaces, mounts, containers")
    lab = OwnLab()
    lab.do("reset")
    yield lab
    lab.do("down")


@pytest.fixture
def lab(own_lab: OwnLab) -> OwnLab:
    """Return the lab with everything up (at once, where it is)."""
    own_lab.do("up")
    return own_lab
