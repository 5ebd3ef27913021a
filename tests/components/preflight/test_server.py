"""A server is looked at once, before the first `up`, and what speaks against it is said at once."""

import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest

from components.preflight import server
from components.preflight.server import UnseenError
from components.refusal import Refusal
from lab.paths import REPOSITORY
from mail.finding import Finding
from mail.resolve import UnansweredError
from settings.settings import Settings
from settings.ssh_target import SshTarget
from tests.components.example import HOST_KEY, STACK, blank, declare, stack
from tests.components.preflight.servers.table import CASES
from tests.components.preflight.test_deletions import state_of
from tests.components.recorder import World
from tests.ssh.test_connection import STRANGER, Server

[EVERYTHING] = [case for case in CASES if case.stem.endswith("everything-at-once")]
[SMALL] = [case for case in CASES if case.stem.endswith("50-little-memory")]


@pytest.fixture
def sshd() -> Iterator[Server]:
    made = Server()
    made.start()
    yield made
    made.stop()


def why(target: SshTarget) -> Finding:
    """Return why the server cannot be looked at."""
    with pytest.raises(UnseenError) as said:
        server.judge(server.ask(target, ["true"]), settings().host, target, time.time())  # type: ignore[arg-type]
    return said.value.finding


def settings(**changes: Any) -> Settings:  # noqa: ANN401 - plain data
    return Settings.model_validate(stack(**changes))


def test_it_is_looked_at_before_the_first_up_alone() -> None:
    asked: list[str] = []

    def ask(target: SshTarget, command: list[str]) -> str:
        asked.append(target.address)
        return blank(target, command)

    first = declare(STACK, ask=ask)
    assert asked == [STACK["host"]["ipv4"]]
    declare(STACK, ask=ask, world=World(state=state_of(first)))
    assert len(asked) == 1


def test_records_alone_are_no_server() -> None:
    state = state_of(declare(STACK))
    records = {urn: one for urn, one in state.items() if "DnsRecord" in one["type"]}
    assert server.is_first_run(settings(), records)
    assert not server.is_first_run(settings(), state)
    assert not server.is_first_run(settings(host=None, hostStack="other"), {})


def test_all_that_speaks_against_a_server_is_in_one_message_with_the_rest() -> None:
    elsewhere = stack()
    spf = {"id": "1", "name": "example.com", "type": "TXT", "createdOn": "2026-01-02T03:04:05Z"}
    world = World(records={"example.com": [{**spf, "content": '"v=spf1 ~all"'}]})
    answer = EVERYTHING.read_text(encoding="utf-8")
    with pytest.raises(Refusal) as said:
        declare(elsewhere, ask=lambda *_: answer, world=world)
    text = str(said.value)
    assert "nothing was touched:" in text
    for one in ("apt-get remove postfix", "too old", "ufw disable", "another SPF record already"):
        assert one in text


def test_a_warning_stops_nothing_and_can_be_ignored(caplog: pytest.LogCaptureFixture) -> None:
    memory = SMALL.read_text(encoding="utf-8").partition("memory\t")[2].partition("\n")[0]

    def small(target: SshTarget, command: list[str]) -> str:
        return blank(target, command).replace("MemTotal:         981720 kB", memory)

    declare(STACK, ask=small)
    assert "225 MB of memory" in caplog.text
    caplog.clear()
    declare(stack(ignore={"server-memory": "it has been enough"}), ask=small)
    assert "MB of memory" not in caplog.text


def test_nothing_is_paid_for_ssh_where_nothing_is_looked_at() -> None:
    code = "import sys, components.preflight.preflight; print('asyncssh' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=REPOSITORY, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "False"


def test_what_the_server_prints_is_returned(sshd: Server) -> None:
    sshd.answer = "uid\t0\n"
    assert server.ask(sshd.target(), ["true"]) == "uid\t0\n"


def test_a_refused_login(sshd: Server) -> None:
    found = why(sshd.target(login=STRANGER))
    assert found.id == "server-login"
    assert "refuses the login as root" in found.reason
    assert sshd.dials == 1


def test_another_server(sshd: Server) -> None:
    assert why(sshd.target(host_key=STRANGER)).id == "server-host-key"
    assert sshd.logins == 0


def test_nobody_answers(sshd: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "PATIENCE", 1.0)
    target = replace(sshd.target(), port=1)
    start = time.monotonic()
    found = why(target)
    assert time.monotonic() - start < 5
    assert found.id == "server-silent"
    assert "127.0.0.1 port 1 gives no SSH within 1 s" in found.reason


def test_whoever_was_refused_before_is_told_to_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "PATIENCE", 1.0)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=hang_up, args=(listening,), daemon=True)
        thread.start()
        found = why(target_at(listening.getsockname()[1]))
    assert found.id == "server-silent"
    assert found.cure.startswith("wait some minutes: after refused logins")


def hang_up(listening: socket.socket) -> None:
    """Do as sshd does to whom it has penalised."""
    with suppress(OSError):
        while True:
            listening.accept()[0].close()


def target_at(port: int) -> SshTarget:
    return SshTarget(address="127.0.0.1", port=port, host_key=HOST_KEY)


def test_an_image_that_wants_another_user_names_him(sshd: Server) -> None:
    sshd.answer = 'Please login as the user "ubuntu" rather than the user "root".\n\n'
    found = why(sshd.target())
    assert found.id == "server-login"
    assert found.cure == "write user: ubuntu"


def test_so_does_one_that_waits_before_it_hangs_up(
    sshd: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As cloud-init has it: ten seconds, so that a person can read it."""
    monkeypatch.setattr(server, "LIMIT", 1.0)
    sshd.answer = 'Please login as the user "debian" rather than the user "root".\n'
    sshd.hangs = True
    assert why(sshd.target()).cure == "write user: debian"


def test_a_server_that_does_not_come_to_an_end(
    sshd: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "LIMIT", 1.0)
    sshd.hangs = True
    found = why(sshd.target())
    assert found.id == "server-unreadable"
    assert found.reason == "127.0.0.1: a command did not end within 1 s"


@pytest.mark.parametrize("answer", ["", "This account is for backups only.\r\n", "uid\t0\n"])
def test_no_shell(sshd: Server, answer: str) -> None:
    sshd.answer = answer
    assert why(sshd.target()).id == "server-unreadable"


def test_whom_mail_goes_to_is_tried_first() -> None:
    def resolve(domain: str, kind: str) -> Sequence[str]:
        assert kind == "MX"
        if domain == "example.net":
            raise UnansweredError("no answer in time")
        return {"elsewhere.test": ["mx2.elsewhere.test", "mx1.elsewhere.test"]}.get(domain, [""])

    found = server.exchangers(settings(), resolve)
    assert found == ["mx1.elsewhere.test", *server.WELL_KNOWN]


def test_not_more_than_a_few_are_tried() -> None:
    many = stack()
    many["domains"][0]["aliases"] = {f"a{n}": f"a@n{n}.test" for n in range(20)}
    found = server.exchangers(Settings.model_validate(many), lambda domain, _: [f"mx.{domain}"])
    assert len(found) == server.OTHERS + len(server.WELL_KNOWN)
