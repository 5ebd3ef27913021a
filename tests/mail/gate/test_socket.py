"""Every form of mail once more, through the socket, with each Python here that may run it."""

import shutil
import sys
from collections.abc import Iterator

import pytest

from mail.gate import protocol
from tests.mail.gate import case, world
from tests.mail.gate.service import Gate

# The host's own: Ubuntu 22.04 has 3.10, Debian 13 has 3.13.
NAMES = ("python3.10", "python3.11", "python3.12", "python3.13", "python3.14")
PYTHONS = sorted(
    {shutil.which(name, path="/usr/bin:/usr/local/bin") or sys.executable for name in NAMES}
)
FORMS = [(kind, name) for kind in ("forged", "honest") for name in case.names(kind)]


@pytest.fixture(scope="module", params=PYTHONS)
def gate(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Gate]:
    found = Gate(tmp_path_factory.mktemp("gate"), python=request.param)
    world.write(found.policy)
    found.start()
    yield found
    found.kill()


def test_the_socket_changes_no_verdict(gate: Gate) -> None:
    assert gate.status().status == 0
    for kind, name in FORMS:
        mail = case.read(kind, name).mail
        asked = protocol.ask(str(gate.socket), mail.environment, mail.stdin)
        assert asked == world.decide(mail), (kind, name)
