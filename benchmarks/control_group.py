"""A control group: all the processes of one mail server, what they cost, and how to end them."""

import contextlib
import os
import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from lab.nodes.container import cgroups

_PREFIX = "tapal-benchmark-"
_MEMORY = re.compile(r"^(Rss|Pss): +(\d+) kB$", re.MULTILINE)
_ENTER = 'echo $$ >"$0/cgroup.procs" && exec setpriv --pdeathsig KILL -- "$@"'


@dataclass(frozen=True, kw_only=True)
class Memory:
    """Megabytes of all processes together.

    Attributes:
        rss: what each has in memory, what several share counted for each of them.
        pss: what they share divided among those who share it.
    """

    rss: float
    pss: float


@dataclass(frozen=True, kw_only=True)
class ControlGroup:
    """The processes that were started in ``folder``, and all their descendants."""

    folder: Path

    def enter(self, command: Sequence[str]) -> list[str]:
        """Return ``command`` made to run in the group, and to be killed if its starter ends."""
        return ["sh", "-c", _ENTER, str(self.folder), *command]

    def seconds(self) -> float:
        """Return the processor time so far, that of processes which have ended included."""
        stat = (self.folder / "cpu.stat").read_text()
        return int(re.findall(r"^usage_usec (\d+)$", stat, re.MULTILINE)[0]) / 1e6

    def memory(self) -> Memory:
        """Return what the processes have in memory now."""
        found = {"Rss": 0, "Pss": 0}
        for pid in (self.folder / "cgroup.procs").read_text().split():
            with contextlib.suppress(OSError):  # it has ended since
                process = Path("/proc", pid)
                if _is_about_to_be_another(process):
                    continue
                for what, size in _MEMORY.findall((process / "smaps_rollup").read_text()):
                    found[what] += int(size)
        return Memory(rss=found["Rss"] / 1024, pss=found["Pss"] / 1024)

    def end(self) -> None:
        """Kill what is left of the processes, and remove the group."""
        with contextlib.suppress(FileNotFoundError):
            (self.folder / "cgroup.kill").write_text("1")
        deadline = time.monotonic() + 10
        while self.folder.exists():
            try:
                self.folder.rmdir()
            except OSError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.02)


def _remove_left() -> None:
    """Remove the groups of a run that was killed: its processes were killed with it."""
    for left in cgroups().glob(f"{_PREFIX}*"):
        owner = left.name.removeprefix(_PREFIX).partition("-")[0]
        if not Path("/proc", owner).exists():
            with contextlib.suppress(OSError):
                left.rmdir()


def _is_about_to_be_another(process: Path) -> bool:
    """Return whether a Go program is just starting another one, and lends it its own memory."""
    status = (process / "status").read_text()
    numbers = dict(re.findall(r"^(PPid|Threads):\s+(\d+)$", status, re.MULTILINE))
    parent = process.parent / numbers["PPid"]
    threads = re.findall(r"^Threads:\s+(\d+)$", (parent / "status").read_text(), re.MULTILINE)
    is_same = (process / "exe").readlink() == (parent / "exe").readlink()
    return is_same and numbers["Threads"] == "1" and int(threads[0]) > 1


@contextlib.contextmanager
def made(name: str) -> Iterator[ControlGroup]:
    """Make a group, and end whatever runs in it at the end of the block."""
    _remove_left()
    number = f"{os.getpid()}-{time.monotonic_ns()}"
    group = ControlGroup(folder=cgroups() / f"{_PREFIX}{number}-{name}")
    group.folder.mkdir()
    try:
        yield group
    finally:
        group.end()
