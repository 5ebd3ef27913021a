"""The processes of this machine: what they are called, since when, and whose children they are.

From /proc where there is one (Linux); elsewhere `ps` tells the names, and nothing else is known.
"""

import subprocess
from collections.abc import Iterator
from pathlib import Path

PROC = Path("/proc")
ENGINE = "pulumi"
"""What the engine is called: its providers are ``pulumi-resource-…``."""


def name(pid: int) -> str:
    """Return what the process ``pid`` is called; empty if there is none."""
    if PROC.exists():
        return _read(pid, "comm").strip()
    try:
        shown = ["ps", "-o", "comm=", "-p", str(pid)]
        done = subprocess.run(shown, capture_output=True, text=True, check=False)
    except OSError:
        return ""
    return Path(done.stdout.strip()).name


def began(pid: int) -> float | None:
    """Return when the process ``pid`` was started, in seconds since 1970; None if not known."""
    try:
        return (PROC / str(pid)).stat().st_mtime
    except OSError:
        return None


def parent(pid: int) -> int:
    """Return the parent of the process ``pid``; 0 if it has none, or is not known."""
    try:
        # The name, in brackets, may hold spaces and brackets of its own.
        return int(_read(pid, "stat").rpartition(")")[2].split()[1])
    except (IndexError, ValueError):
        return 0


def ancestors(pid: int) -> Iterator[int]:
    """Yield the parent of the process ``pid``, its parent, and so on."""
    while pid := parent(pid):
        yield pid


def descendants(pid: int) -> list[int]:
    """Return the children of the process ``pid``, theirs, and so on."""
    return [one for one in everything() if pid in ancestors(one)]


def everything() -> Iterator[int]:
    """Yield all processes."""
    for entry in PROC.glob("[0-9]*"):
        yield int(entry.name)


def _read(pid: int, file: str) -> str:
    try:
        return (PROC / str(pid) / file).read_text(errors="replace")
    except OSError:
        return ""
