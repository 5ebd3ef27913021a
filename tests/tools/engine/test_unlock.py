"""Whose lock is taken away, whose is not, and what a killed run noted."""

import gzip
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.tools.engine.conftest import STACK, Tool

CANCEL = f"cancel --yes {STACK} --non-interactive --color never"
EXPORT, IMPORT = (
    f"stack {word} --stack {STACK} --non-interactive --color never" for word in ("export", "import")
)
GONE = 4_194_305  # above the largest number that a process can have


def lock(tool: Tool, *, pid: int = GONE, host: str = "", ago: float = 60) -> None:
    folder = tool.state / ".pulumi" / "locks" / "organization" / "try" / STACK
    folder.mkdir(parents=True, exist_ok=True)
    since = datetime.now(UTC) - timedelta(seconds=ago)
    said = {
        "pid": pid,
        "username": "asha",
        "hostname": host or socket.gethostname(),
        # As Go writes it: nanoseconds.
        "timestamp": since.isoformat(timespec="microseconds").replace("+", "123+"),
    }
    (folder / "0a1b.json").write_text(json.dumps(said))


def state(tool: Tool, *, pending: bool) -> Path:
    file = tool.state / ".pulumi" / "stacks" / "try" / f"{STACK}.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    note = {"pending_operations": [{"type": "creating"}]} if pending else {}
    file.write_text(json.dumps({"version": 3, "checkpoint": {"latest": {"resources": [], **note}}}))
    return file


@contextmanager
def called_pulumi(folder: Path) -> Iterator[int]:
    """Run a process that is called like the engine, and yield its number."""
    program = folder / "pulumi"
    program.symlink_to(os.path.realpath("/bin/sleep"))
    with subprocess.Popen([program, "60"]) as process:
        try:
            while Path(f"/proc/{process.pid}/comm").read_text().strip() != "pulumi":
                time.sleep(0.01)
            yield process.pid
        finally:
            process.kill()


def test_a_lock_whose_process_is_gone_is_taken_away(tool: Tool) -> None:
    lock(tool)
    done = tool.run("unlock", STACK)
    assert done.returncode == 0
    assert tool.calls() == [CANCEL]
    assert f"asha on {socket.gethostname()} (process {GONE}, since 20" in done.stderr


def test_a_run_at_work_keeps_its_lock(tool: Tool, tmp_path: Path) -> None:
    with called_pulumi(tmp_path) as pid:
        lock(tool, pid=pid, ago=0)
        done = tool.run("unlock", STACK, "--yes")
        assert done.returncode == 1
        assert tool.calls() == []
        assert f"kill -INT {pid}" in done.stderr


def test_a_process_that_got_the_number_later_holds_nothing(tool: Tool, tmp_path: Path) -> None:
    with called_pulumi(tmp_path) as pid:
        lock(tool, pid=pid, ago=3600)
        assert tool.run("unlock", STACK).returncode == 0
    lock(tool, pid=os.getpid(), ago=0)  # another program
    assert tool.run("unlock", STACK).returncode == 0
    assert tool.calls() == [CANCEL, CANCEL]


def test_of_another_machine_a_person_decides(tool: Tool) -> None:
    lock(tool, host="elsewhere")
    done = tool.run("unlock", STACK)
    assert (done.returncode, tool.calls()) == (1, [])
    assert "cannot be seen from here" in done.stderr
    assert tool.run("unlock", STACK, "--yes").returncode == 0
    assert tool.calls() == [CANCEL]


def test_a_backend_that_is_not_a_folder_is_asked_through_pulumi(tool: Tool) -> None:
    tool.environment["PULUMI_BACKEND_URL"] = "s3://bucket"
    assert tool.run("unlock", STACK).returncode == 1
    assert tool.calls() == []
    assert tool.run("unlock", STACK, "--yes").returncode == 0
    assert tool.calls() == [CANCEL, EXPORT]
    tool.pulumi("case $CALLED in *) echo '\"pending_operations\"' ;; esac")
    assert tool.run("unlock", STACK, "--yes").returncode == 0
    assert tool.calls() == [CANCEL, EXPORT, EXPORT, IMPORT]


def test_without_a_lock_nothing_is_cancelled(tool: Tool) -> None:
    state(tool, pending=False)
    done = tool.run("unlock", STACK)
    assert (done.returncode, tool.calls()) == (0, [])
    assert "not locked" in done.stderr


@pytest.mark.parametrize("command", ["up", "destroy", "unlock"])
@pytest.mark.parametrize("packed", [False, True])
def test_notes_of_a_killed_run_are_dropped_first(tool: Tool, command: str, packed: bool) -> None:
    file = state(tool, pending=True)
    if packed:
        file.with_name(f"{file.name}.gz").write_bytes(gzip.compress(file.read_bytes()))
        file.unlink()
    done = tool.run(command, STACK)
    assert tool.calls()[:2] == [EXPORT, IMPORT]
    assert "dropped the notes" in done.stderr


def test_notes_of_a_run_at_work_stay(tool: Tool) -> None:
    state(tool, pending=True)
    lock(tool)
    done = tool.run("up", STACK)
    assert (done.returncode, tool.calls()) == (1, [])
    assert f"locked by asha on {socket.gethostname()}" in done.stderr
    assert f"make unlock STACK={STACK}" in done.stderr
    tool.run("preview", STACK)
    assert EXPORT not in tool.calls(), "a preview changes nothing"


def test_notes_that_stay_end_the_run(tool: Tool) -> None:
    state(tool, pending=True)
    tool.pulumi("echo 'error: no such key' >&2; exit 255")
    done = tool.run("up", STACK)
    assert done.returncode == 1
    assert tool.calls() == [EXPORT]
    assert "no such key" in done.stderr


def test_a_run_that_fails_names_the_lock_that_is_left(tool: Tool) -> None:
    lock(tool)
    assert f"make unlock STACK={STACK}" in tool.run("preview", STACK).stderr


def test_the_usual_case_costs_little(tool: Tool) -> None:
    file = state(tool, pending=False)
    text = json.dumps({"resources": ["x" * 100] * 50_000})
    file.write_text(text)
    code = (
        "import os, sys, time; from tools.engine import leftovers; start = time.monotonic();"
        f"leftovers.has_pending({STACK!r}, os.environ); print(time.monotonic() - start)"
    )
    said = subprocess.run(
        [sys.executable, "-c", code], cwd=tool.folder, env=tool.environment,
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert len(text) > 5_000_000
    assert float(said.stdout) < 0.2


@pytest.mark.parametrize(
    ("variables", "project", "login"),
    [
        ({"PULUMI_BACKEND_URL": "file://{state}"}, "", ""),
        ({"PULUMI_BACKEND_URL": "file://~/state"}, "", ""),
        ({"PULUMI_BACKEND_URL": ""}, "backend:\n  url: file://{state}\n", "s3://other"),
        ({"PULUMI_BACKEND_URL": ""}, "", "file://{state}"),
        ({"PULUMI_BACKEND_URL": ""}, "", "file://~/state"),
    ],
)
def test_the_state_is_where_pulumi_has_it(
    tool: Tool, variables: dict[str, str], project: str, login: str
) -> None:
    state(tool, pending=True)
    tool.environment |= {key: one.format(state=tool.state) for key, one in variables.items()}
    with (tool.folder / "Pulumi.yaml").open("a") as file:
        file.write(project.format(state=tool.state))
    home = Path(tool.environment["HOME"]) / ".pulumi"
    home.mkdir()
    (home / "credentials.json").write_text(json.dumps({"current": login.format(state=tool.state)}))
    tool.run("unlock", STACK)
    assert tool.calls() == [EXPORT, IMPORT]
