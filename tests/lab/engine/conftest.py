"""Fixtures of the engine's tests: a project, and one with a zone."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lab.engine.dns import Dns, started
from tests.lab.engine.harness import Project


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A fresh project and stack without resources."""
    return Project(tmp_path)


@pytest.fixture(scope="session")
def dns(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dns]:
    """One project and API for all tests of DNS, each of which leaves them empty."""
    with started(tmp_path_factory.mktemp("dns")) as made:
        yield made
