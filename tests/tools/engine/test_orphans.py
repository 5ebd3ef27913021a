"""Which processes are ended: orphaned dynamic providers of this project, and no others."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from lab.progress import wait_until
from tools.engine import orphans

NOBODY = "127.0.0.1:1"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder, and beside it a module that is called like Pulumi's and sleeps."""
    module = tmp_path / "modules" / "pulumi" / "dynamic"
    module.mkdir(parents=True)
    (module / "__init__.py").touch()
    (module / "__main__.py").write_text("import time\ntime.sleep(60)\n")
    (tmp_path / "project").mkdir()
    return tmp_path / "project"


@contextmanager
def provider(
    folder: Path, *, engine: str = NOBODY, called: str = "sh", orphan: bool = True
) -> Iterator[int]:
    """Run a dynamic provider in ``folder``, below a shell that is called ``called``, and yield it.

    That is how Pulumi's own launcher starts it. An ``orphan``'s shell has no parent left.
    """
    modules, said = folder.parent / "modules", folder.parent / "pid"
    shell = folder.parent / called
    if not shell.exists():
        shell.symlink_to(os.path.realpath("/bin/sh"))
    run = f"{sys.executable} -u -m pulumi.dynamic {engine} & echo $! >{said}; wait"
    script = f"{shell} -c '{run}' & :" if orphan else f"{shell} -c '{run}'; :"
    process = subprocess.Popen(
        ["/bin/sh", "-c", script], cwd=folder, env={**os.environ, "PYTHONPATH": str(modules)},
        start_new_session=True,
    )  # fmt: skip
    if orphan:
        process.wait()
    wait_until(lambda: said.exists() and said.read_text() != "", what="not started", seconds=5)
    pid = int(said.read_text())
    said.unlink()
    try:
        wait_until(
            # Not before: until then it is a shell, whose own words hold the name.
            lambda: b"-m\0pulumi.dynamic" in Path(f"/proc/{pid}/cmdline").read_bytes(),
            what="not started", seconds=5,
        )  # fmt: skip
        yield pid
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def test_an_orphan_is_ended(project: Path) -> None:
    with provider(project) as pid:
        assert orphans.end(project) == [pid]
        wait_until(lambda: not runs(pid), what="it runs on", seconds=5)
    assert orphans.end(project) == []


def test_one_of_another_folder_is_left(project: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    with provider(other) as pid:
        assert orphans.end(project) == []
        assert runs(pid)


def test_one_whose_engine_lives_is_left(project: Path) -> None:
    with provider(project, called="pulumi") as pid:
        assert orphans.end(project) == []
        assert runs(pid)


def test_one_whose_engine_answers_is_left(project: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as engine:
        address = f"127.0.0.1:{engine.getsockname()[1]}"
        with provider(project, engine=address) as pid:
            assert orphans.end(project) == []
            assert runs(pid)


def test_another_program_in_the_folder_is_left(project: Path) -> None:
    sleep = subprocess.Popen(["sleep", "60"], cwd=project)
    try:
        assert orphans.end(project) == []
        assert sleep.poll() is None
    finally:
        sleep.kill()
        sleep.wait()


def runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
