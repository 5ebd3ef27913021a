"""Starts processes that outlive the command that starts them."""

import atexit
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import IO

# For callers that live long, such as tests: dropping the handle of a running process warns, and a
# process that nobody polls stays a zombie after its end.
_launched: list["subprocess.Popen[bytes]"] = []


def launch(
    argv: Sequence[str], output: IO[str], *, cwd: Path | None = None
) -> "subprocess.Popen[bytes]":
    """Start ``argv`` in a session of its own, without input, its output going to ``output``."""
    reap()
    process = subprocess.Popen(
        list(argv),
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    _launched.append(process)
    return process


@atexit.register
def reap() -> None:
    """Forget the processes that have ended."""
    _launched[:] = [process for process in _launched if process.poll() is None]
