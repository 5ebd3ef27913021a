"""The stand-ins that all desks share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lab.cloudflare.process import Process
from tests.mistakes.desk import Desk
from tests.tools.sshd import Login, Sshd


@pytest.fixture(scope="package")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    process = Process(tmp_path_factory.mktemp("api") / "state.json")
    yield process.start()
    assert process.stop() == 0


@pytest.fixture(scope="package")
def sshd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Login]:
    server = Sshd(tmp_path_factory.mktemp("sshd"))
    server.start()
    yield server.login
    server.stop()


@pytest.fixture
def desk(tmp_path: Path, api: str, sshd: Login) -> Desk:
    return Desk(folder=tmp_path, api=api, sshd=sshd)
