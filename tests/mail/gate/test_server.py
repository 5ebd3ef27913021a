"""The real chasquid with the hook and the daemon: who gets in, and what happens when one fails."""

import os
import signal
import smtplib
import socket
import ssl
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from mail.gate import verdict, watchdog
from mail.password import scrypt
from tests.mail.chasquid.server import HOST, Server
from tests.mail.chasquid.server import running as chasquid_running
from tests.mail.gate.service import Gate, running

SECRET = "correct horse battery"
POLICY = {"a.test": {"i": ["i@a.test", "press@a.test"], "box": ["box@a.test"]}}


@pytest.fixture(scope="module")
def gate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gate]:
    with running(tmp_path_factory.mktemp("gate")) as found:
        yield found


@pytest.fixture(scope="module")
def server(
    chasquid_folder: Path, gate: Gate, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    accounts = {name: scrypt(SECRET, bytes(16)) for name in ("i", "box")}
    folder = tmp_path_factory.mktemp("chasquid")
    with chasquid_running(chasquid_folder, folder, accounts, {"fwd": ["box"]}) as found:
        gate.install_hook(found.folder)
        gate.write(HOST, POLICY)
        yield found


def mail(sender: str, *more: str) -> bytes:
    lines = [f"From: {sender}", "Date: Fri, 20 Nov 2026 12:00:00 +0000", "Message-ID: <1@x>", *more]
    return "\r\n".join([*lines, "", "text", ""]).encode()


def outside(server: Server, sender: str, message: bytes) -> tuple[int, str]:
    """Hand in a mail without a password; return what chasquid says to it."""
    with smtplib.SMTP("127.0.0.1", server.smtp, timeout=20) as session:
        return _data(session, sender, message)


def submitted(server: Server, account: str, sender: str, message: bytes) -> tuple[int, str]:
    """Submit a mail as ``account``; return what chasquid says to it."""
    context = ssl.create_default_context(cafile=str(server.cafile))
    context.check_hostname = False
    with smtplib.SMTP_SSL("127.0.0.1", server.submissions, context=context, timeout=20) as session:
        session.login(account, SECRET)
        return _data(session, sender, message)


def _data(session: smtplib.SMTP, sender: str, message: bytes) -> tuple[int, str]:
    session.ehlo_or_helo_if_needed()
    assert session.mail(sender)[0] == 250
    assert session.rcpt("fwd@a.test")[0] == 250
    code, text = session.data(message)
    return code, text.decode()


def test_an_outsider_in_our_name_is_refused_with_the_reason(server: Server) -> None:
    code, text = outside(server, "who@b.test", mail("I <i@a.test>"))
    assert code == 554
    assert "the From line is of a.test" in text


def test_an_honest_outsider_is_taken(server: Server) -> None:
    assert outside(server, "who@b.test", mail("who@b.test"))[0] == 250


def test_an_account_writes_as_itself_and_as_no_other(server: Server, gate: Gate) -> None:
    assert submitted(server, "i@a.test", "i@a.test", mail("i@a.test"))[0] == 250
    assert submitted(server, "i@a.test", "i@a.test", mail("press@a.test"))[0] == 250
    code, text = submitted(server, "i@a.test", "i@a.test", mail("box@a.test", "Subject: salary"))
    assert code == 554
    assert "box@a.test" in text
    refused = gate.log.splitlines()[-1]
    assert "i@a.test" in refused
    assert "salary" not in gate.log


def test_a_dead_gate_lets_mail_wait(server: Server, gate: Gate) -> None:
    gate.kill()
    for sender in ("who@b.test", "i@a.test"):
        code, text = outside(server, "who@b.test", mail(sender))
        assert (code, text) == (451, "4.3.0 the mail gate does not answer, try again later")
    assert submitted(server, "i@a.test", "i@a.test", mail("i@a.test"))[0] == 451
    gate.start()
    assert submitted(server, "i@a.test", "i@a.test", mail("i@a.test"))[0] == 250


@pytest.mark.parametrize("broken", ["host.json", "domains/a.test.json"])
@pytest.mark.parametrize("text", ["", "{", "[]", '{"domain": 1}'])
def test_a_broken_policy_lets_mail_wait(server: Server, gate: Gate, broken: str, text: str) -> None:
    (gate.policy / broken).write_text(text)
    try:
        _assert_all_waits(server, gate)
    finally:
        gate.write(HOST, POLICY)
    assert outside(server, "who@b.test", mail("who@b.test"))[0] == 250


@pytest.mark.parametrize("gone", ["policy/host.json", "chasquid-domains"])
def test_without_its_files_it_lets_mail_wait(server: Server, gate: Gate, gone: str) -> None:
    kept = gate.folder / "kept"
    (gate.folder / gone).rename(kept)
    try:
        _assert_all_waits(server, gate)
    finally:
        kept.rename(gate.folder / gone)
        gate.status()
    assert outside(server, "who@b.test", mail("who@b.test"))[0] == 250


def _assert_all_waits(server: Server, gate: Gate) -> None:
    assert gate.status().status == verdict.LATER
    for sender in ("who@b.test", "i@a.test"):
        code, said = outside(server, "who@b.test", mail(sender))
        assert (code, said.split()[0]) == (451, "4.3.5")
    assert submitted(server, "i@a.test", "i@a.test", mail("i@a.test"))[0] == 451


def test_a_domain_whose_file_is_gone_is_still_ours(server: Server, gate: Gate) -> None:
    """So is the domain of another stack that has written no file yet."""
    (gate.policy / "domains/a.test.json").unlink()
    (gate.domains / "a.test").mkdir()
    gate.status()
    try:
        assert outside(server, "who@b.test", mail("i@a.test"))[0] == 554
        assert outside(server, "who@b.test", mail("who@b.test"))[0] == 250
        assert submitted(server, "i@a.test", "i@a.test", mail("i@a.test"))[0] == 451
    finally:
        (gate.domains / "a.test").rmdir()
        gate.write(HOST, POLICY)


def test_a_hook_that_is_killed_lets_its_mail_wait(server: Server, gate: Gate) -> None:
    gate.send(signal.SIGSTOP)
    try:
        with ThreadPoolExecutor(1) as pool:
            answer = pool.submit(outside, server, "who@b.test", mail("i@a.test"))
            while not (hooks := gate.hooks()):
                assert not answer.done()
                time.sleep(0.02)
            for pid in hooks:
                os.kill(pid, signal.SIGKILL)
            assert answer.result()[0] == 451
    finally:
        gate.send(signal.SIGCONT)
    assert outside(server, "who@b.test", mail("who@b.test"))[0] == 250


def test_it_tells_systemd_that_it_is_ready_and_goes_on(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(tmp_path / "notify"))
        systemd.settimeout(watchdog.EVERY * 2)
        gate = Gate(tmp_path)
        gate.start({"NOTIFY_SOCKET": str(tmp_path / "notify")})
        try:
            assert systemd.recv(100) == b"READY=1"
            assert systemd.recv(100) == b"WATCHDOG=1"
        finally:
            gate.kill()


def test_told_to_end_it_still_answers_what_it_has_in_hand(tmp_path: Path) -> None:
    gate = Gate(tmp_path)
    gate.start()
    gate.write(HOST, POLICY)
    environment = b"AUTH_AS=\0MAIL_FROM=who@b.test\0"
    with socket.socket(socket.AF_UNIX) as hook:
        hook.connect(str(gate.socket))
        hook.sendall(len(environment).to_bytes(4, "big"))
        time.sleep(0.2)
        gate.send(signal.SIGTERM)
        time.sleep(0.2)
        hook.sendall(environment + b"From: who@b.test\n\n")
        assert hook.recv(100) == bytes([verdict.TAKEN])
    assert gate.wait() == 0


def test_a_policy_is_taken_up_without_a_restart(server: Server, gate: Gate) -> None:
    gate.write(HOST, {"a.test": {"i": ["i@a.test", "box@a.test"], "box": ["box@a.test"]}})
    assert submitted(server, "i@a.test", "i@a.test", mail("box@a.test"))[0] == 250
    gate.write(HOST, POLICY)
    assert submitted(server, "i@a.test", "i@a.test", mail("box@a.test"))[0] == 554


def test_a_long_mail_is_judged_by_its_head(server: Server) -> None:
    body = "x" * 70 + "\r\n"
    long = mail("who@b.test").decode() + body * 200_000
    assert outside(server, "who@b.test", long.encode())[0] == 250
    assert outside(server, "who@b.test", long.replace("who@", "i@a.test, who@").encode())[0] == 554
