"""Runs a program and turns its failure into a readable error."""

import os
import subprocess
from collections.abc import Mapping, Sequence

from lab.errors import LabError


def run(
    argv: Sequence[str],
    *,
    stdin: str = "",
    environment: Mapping[str, str] | None = None,
    timeout: float | None = 60,
) -> str:
    """Run ``argv`` and return its stdout; ``environment`` is added to the lab's own.

    Raises:
        LabError: the program is missing, exits non-zero, or takes longer than ``timeout`` seconds.
    """
    try:
        done = subprocess.run(
            list(argv),
            input=stdin,
            capture_output=True,
            text=True,
            env={**os.environ, **(environment or {})},
            timeout=timeout,
            check=False,
        )
    except FileNotFoundError as error:
        raise LabError(f"{argv[0]} is not installed; run lab/setup.sh") from error
    except subprocess.TimeoutExpired as error:
        raise LabError(f"`{' '.join(argv)}` gave no answer in {timeout} s") from error
    if done.returncode:
        said = (done.stderr or done.stdout).strip()
        raise LabError(f"`{' '.join(argv)}` failed ({done.returncode}): {said}")
    return done.stdout
