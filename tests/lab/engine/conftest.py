"""Fixtures of the engine's tests: a project, one with a zone, and a host to log in to."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lab.engine.dns import Dns, started
from tests.lab.engine.harness import Project
from tests.lab.engine.sshd import Sshd


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A fresh project and stack without resources."""
    return Project(tmp_path)


@pytest.fixture(scope="session")
def dns(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dns]:
    """One project and API for all tests of DNS, each of which leaves them empty."""
    with started(tmp_path_factory.mktemp("dns")) as made:
        yield made


@pytest.fixture(scope="session")
def sshd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sshd]:
    """One throw-away sshd for all tests."""
    daemon = Sshd(tmp_path_factory.mktemp("sshd"))
    try:
        daemon.start()
        yield daemon
    finally:
        daemon.stop()
