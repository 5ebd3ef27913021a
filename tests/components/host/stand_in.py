"""A server's root that is a folder of this machine, and programs that note how they were called."""

import re
import subprocess
from collections.abc import Mapping
from pathlib import Path

from components.host.step import scripts

STEPS = "/usr/local/lib/tapal/steps"


class StandIn:
    """The folder, with a program for each that a step may call besides the usual ones."""

    def __init__(self, root: Path, programs: Mapping[str, str], moved: tuple[str, ...]) -> None:
        """Make it.

        Args:
            root: an empty folder.
            programs: shell text of each program, by its name; ``$root`` is the folder.
            moved: the beginnings of paths on a server that stand for folders below ``root``.
        """
        self.root = root
        self._moved = moved
        self._bin = root / "bin"
        self._bin.mkdir()
        for name, text in programs.items():
            self.program(name, text)

    def program(self, name: str, text: str) -> None:
        """Put a program there."""
        note = f'echo "{name} $*" >>"$root/called"'
        file = self._bin / name
        file.write_text(f"#!/bin/bash\nroot={self.root}\n{note}\n{text}\n")
        file.chmod(0o755)

    def write(self, path: str, text: str) -> Path:
        """Put a file there, by its path on a server."""
        file = self.path(path)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        return file

    def path(self, path: str) -> Path:
        """Return where a file of a server is."""
        return self.root / path.removeprefix("/")

    @property
    def called(self) -> list[str]:
        """How programs were called, since the last time."""
        file = self.root / "called"
        lines = file.read_text().splitlines() if file.exists() else []
        file.unlink(missing_ok=True)
        return lines

    def run(
        self, step: str, data: str, action: str = "apply"
    ) -> "subprocess.CompletedProcess[str]":
        """Run a step, and what it reads, with the paths moved."""
        work = self.root / "steps"
        work.mkdir(exist_ok=True)
        for name, text in scripts().items():
            (work / f"{name}.sh").write_text(self._here(text))
        return subprocess.run(
            ["bash", "-c", f"PATH={self._bin}:$PATH\n. {work}/{step}.sh", "step", action],
            input=data,
            capture_output=True,
            text=True,
            check=False,
        )

    def _here(self, text: str) -> str:
        text = text.replace(STEPS, str(self.root / "steps"))
        for start in self._moved:
            text = re.sub(
                rf"(?<![\w.]){re.escape(start)}(?=[/\s\"';)]|$)", str(self.path(start)), text
            )
        return text
