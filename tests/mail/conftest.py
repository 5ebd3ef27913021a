"""Fixtures for the mail tests."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from lab.images import chasquid_package

Util = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="session")
def chasquid_folder() -> Path:
    return chasquid_package.folder()


@pytest.fixture
def util(chasquid_folder: Path, tmp_path: Path) -> Util:
    """Run the real ``chasquid-util`` on a configuration folder, ``tmp_path``."""

    def run(*arguments: str) -> "subprocess.CompletedProcess[str]":
        command = [str(chasquid_folder / "usr/bin/chasquid-util"), f"-C={tmp_path}", *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)

    return run
