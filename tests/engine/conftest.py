"""Fixtures of the engine's tests: a project of one's own."""

from pathlib import Path

import pytest

from tests.engine.harness import Project


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A fresh project and stack without resources."""
    return Project(tmp_path)
