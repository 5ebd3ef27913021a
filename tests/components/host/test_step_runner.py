"""The runner of steps: which script it runs, and which it does not."""

import hashlib
import subprocess
from pathlib import Path

import pytest

from components.host import step
from components.resources.host_step import ON_HOST


@pytest.fixture
def runner(tmp_path: Path) -> str:
    """Return the runner, with one step of its own in a folder of the test's."""
    text = step.RUNNER.read_text()
    moved = {ON_HOST: str(tmp_path), "/run/tapal.lock": str(tmp_path / "lock")}
    for there, here in {**moved, "logger -t tapal": ": logger"}.items():
        assert there in text
        text = text.replace(there, here)
    (tmp_path / "steps").mkdir()
    (tmp_path / "steps" / "greet.sh").write_text('echo "$1: $(cat)"\n')
    return text


def run(runner: str, step: str, action: str, text: str) -> subprocess.CompletedProcess[str]:
    """Run a step whose script had ``text`` when it was planned."""
    digest = hashlib.sha256(text.encode()).hexdigest()[:12]
    argv = ["bash", "-c", runner, "step", step, action, digest]
    return subprocess.run(argv, input="data", capture_output=True, text=True, check=False)


@pytest.mark.parametrize("action", ["apply", "delete"])
def test_a_step_gets_its_data(runner: str, action: str) -> None:
    done = run(runner, "greet", action, 'echo "$1: $(cat)"\n')
    assert (done.returncode, done.stdout) == (0, f"{action}: data\n")


def test_another_script_than_planned_is_not_run(runner: str) -> None:
    done = run(runner, "greet", "apply", "echo before\n")
    assert (done.returncode, done.stdout) == (65, "")
    assert "is not the one that this plan was made with" in done.stderr


def test_what_an_older_script_did_is_undone(runner: str) -> None:
    # The state keeps the command of the last run, and no further run renews it.
    done = run(runner, "greet", "delete", "echo before\n")
    assert (done.returncode, done.stdout) == (0, "delete: data\n")


@pytest.mark.parametrize("action", ["apply", "delete"])
def test_a_missing_script_is_told(runner: str, action: str) -> None:
    done = run(runner, "nowhere", action, "")
    assert done.returncode == 65
    assert "nowhere.sh is not the one" in done.stderr
