"""A node: a booted Debian in systemd-nspawn, in a network namespace of its own.

Found by its control group, which holds nothing but this container: that makes it safe to end
whatever an interrupted run left behind.
"""

import shutil
import signal
import time
from collections.abc import Sequence
from dataclasses import dataclass
from os import kill
from pathlib import Path

from lab import detached, paths
from lab.errors import LabError
from lab.images.image import Layer
from lab.progress import wait_until

_BOOT = Path(__file__).resolve().parent / "boot.sh"
_HYBRID = Path("/sys/fs/cgroup/systemd")
_POWEROFF = signal.SIGRTMIN + 4


def cgroups() -> Path:
    """Return where this machine mounts cgroup v2.

    Raises:
        LabError: it does not mount it.
    """
    for mounted in (Path("/sys/fs/cgroup"), Path("/sys/fs/cgroup/unified")):
        if (mounted / "cgroup.procs").exists() and (mounted / "cgroup.controllers").exists():
            return mounted
    raise LabError("no cgroup v2 on this machine: mount -t cgroup2 cgroup2 /sys/fs/cgroup/unified")


@dataclass(frozen=True, kw_only=True)
class Container:
    """One container; ``name`` is its machine name, control group and network namespace alike."""

    name: str
    image: Layer

    @property
    def folder(self) -> Path:
        """Its own files: ``upper`` is all that differs from the image."""
        return paths.run() / self.name

    @property
    def upper(self) -> Path:
        """The node's own layer. Write here only while the container is not running."""
        return self.folder / "upper"

    @property
    def log(self) -> Path:
        """What nspawn and the booting system said."""
        return self.folder / "console.log"

    @property
    def cgroup(self) -> Path:
        """Its control group."""
        return cgroups() / self.name

    def leader(self) -> int | None:
        """Return its PID 1 as this machine counts, or None when it does not run."""
        try:
            listed = (self.cgroup / "payload" / "init.scope" / "cgroup.procs").read_text()
        except OSError:
            return None
        return int(listed.split()[0]) if listed.split() else None

    def root(self) -> Path:
        """Return its file system as its PID 1 sees it.

        Raises:
            LabError: it does not run.
        """
        return Path(f"/proc/{self.pid()}/root")

    def pid(self) -> int:
        """Return the leader.

        Raises:
            LabError: it does not run.
        """
        leader = self.leader()
        if leader is None:
            raise LabError(f"{self.name} does not run; start the lab by `python -m lab up`")
        return leader

    def enter(self, argv: Sequence[str]) -> list[str]:
        """Return ``argv`` made to run inside, in all the namespaces of PID 1.

        Raises:
            LabError: it does not run.
        """
        return ["nsenter", "--target", str(self.pid()), "--mount", "--uts", "--ipc", "--net",
                "--pid", "--cgroup", "--", *argv]  # fmt: skip

    def lower(self) -> str:
        """Return the layers below its own: as recorded by ``finish``, before that the image's."""
        recorded = self.folder / "lower"
        return recorded.read_text() if recorded.exists() else ":".join(map(str, self.image.lower))

    def prepare(self) -> bool:
        """Make the folders; tell whether the node is blank (``finish`` was never reached)."""
        blank = not (self.folder / "lower").exists()
        if blank or not all(Path(layer).exists() for layer in self.lower().split(":")):
            self.wipe()
            blank = True
        for part in ("upper", "work", "root"):
            (self.folder / part).mkdir(parents=True, exist_ok=True)
        return blank

    def finish(self) -> None:
        """Mark the node's own files as complete, so that they are kept from now on."""
        (self.folder / "lower").write_text(self.lower())

    def start(self) -> None:
        """Boot it, in a session of its own, and return when its PID 1 runs.

        Raises:
            LabError: it does not come up; the message holds what it said.
        """
        Path("/run/systemd/nspawn").mkdir(parents=True, exist_ok=True)
        with self.log.open("w") as log:
            launched = detached.launch(
                ["unshare", "--mount", "--propagation", "private", "sh", str(_BOOT), self.name,
                 self.lower(), str(self.folder), str(cgroups()),
                 f"/run/netns/{self.name}"],
                log,
            )  # fmt: skip
        try:
            wait_until(
                lambda: self.leader() is not None or launched.poll() is not None,
                what=f"{self.name} did not boot",
                seconds=20,
                pause=0.02,
            )
        finally:
            if self.leader() is None:
                self.stop()
        if launched.poll() is not None:
            raise LabError(f"{self.name} did not boot: {self.log.read_text().strip()}")

    def stop(self) -> None:
        """Power it off, or end it if it does not go; leaves no process, mount or control group."""
        if self.leader() is not None:
            kill(self.pid(), _POWEROFF)
            self._wait_empty(8)
        if not self._empty():
            (self.cgroup / "cgroup.kill").write_text("1")
            self._wait_empty(5)
        wait_until(
            lambda: not _processes(str(_BOOT), self.name),
            what=f"the launcher of {self.name} did not end",
            seconds=5,
        )
        for top in (self.cgroup, _HYBRID / self.name):
            _remove_cgroups(top)

    def wipe(self) -> None:
        """Forget everything the node has written (it must not run)."""
        if self.folder.exists():
            # First the record of the layers: without it an interrupted wipe is a blank node.
            (self.folder / "lower").unlink(missing_ok=True)
            shutil.rmtree(self.folder)

    def _empty(self) -> bool:
        try:
            return "populated 0" in (self.cgroup / "cgroup.events").read_text()
        except FileNotFoundError:
            return True

    def _wait_empty(self, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while not self._empty() and time.monotonic() < deadline:
            time.sleep(0.02)


def _processes(*marks: str) -> list[int]:
    """Return the processes whose command line has all of ``marks`` among its words."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = entry.read_bytes().decode(errors="replace").split("\0")
        except OSError:
            continue  # it ended meanwhile
        if all(mark in words for mark in marks):
            found.append(int(entry.parent.name))
    return found


def _remove_cgroups(top: Path) -> None:
    """Remove an empty tree of control groups, innermost first."""
    for folder in sorted(top.rglob("*"), key=lambda path: -len(path.parts)):
        if folder.is_dir():
            folder.rmdir()
    if top.exists():
        top.rmdir()
