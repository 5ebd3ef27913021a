"""The stand-ins that all desks share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lab.cloudflare.process import Process
from tests.mistakes.desk import Desk
from tests.tools.sshd import Login, running


@pytest.fixture(scope="package")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    process = Process(tmp_path_factory.mktemp("api") / "state.json")
    yield process.start()
    assert process.stop() == 0


@pytest.fixture(scope="package")
def sshd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Login]:
    with running(tmp_path_factory.mktemp("sshd")) as login:
        yield login


@pytest.fixture
def desk(tmp_path: Path, api: str, sshd: Login) -> Desk:
    return Desk(folder=tmp_path, api=api, sshd=sshd)
