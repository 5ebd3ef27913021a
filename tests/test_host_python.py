"""What runs on a host is valid for the oldest Python that a host may have: 3.10, of Ubuntu 22.04.

mypy knows for each version which names the standard library has, and ast which syntax there is.
"""

import ast
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from lab.paths import REPOSITORY

OLDEST = "3.10"
ROOMS = ("mail/door", "mail/gate")
PROGRAMS = sorted(path for room in ROOMS for path in (REPOSITORY / room).glob("*.py"))


def checked(*files: Path) -> "subprocess.CompletedProcess[str]":
    """Check files as code for the oldest Python."""
    argv = [sys.executable, "-m", "mypy", "--python-version", OLDEST, "--no-error-summary"]
    return subprocess.run(
        [*argv, *map(str, files)], cwd=REPOSITORY, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("path", PROGRAMS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_its_syntax_is_old_enough(path: Path) -> None:
    ast.parse(path.read_text(encoding="utf-8"), feature_version=(3, 10))


def test_it_takes_only_what_that_python_has() -> None:
    done = checked(*PROGRAMS)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    "line",
    [
        "from datetime import UTC",
        "from enum import StrEnum",
        "from asyncio import TaskGroup, timeout",
        "from typing import Self",
        "import tomllib",
        "print(ExceptionGroup)",
        "from itertools import batched",
    ],
)
def test_what_is_newer_is_found(tmp_path: Path, line: str) -> None:
    file = tmp_path / "program.py"
    file.write_text(f"{line}\n")
    assert checked(file).returncode == 1


def test_the_formatter_suggests_nothing_newer() -> None:
    settings = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))
    targets = settings["tool"]["ruff"]["per-file-target-version"]
    assert targets == {f"{room}/**": "py310" for room in ROOMS}
