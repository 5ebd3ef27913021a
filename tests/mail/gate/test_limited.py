"""The daemon holds accounts to their limits, whatever happens to it and to its state."""

import json
import resource
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from mail.gate import protocol, spool, verdict
from mail.gate.headers import NOTICE
from mail.gate.verdict import Verdict
from tests.mail.gate.service import Gate

HOST = "smtp.a.test"
POSTMASTER = f"postmaster@{HOST}"
LIMITS = {"perMinute": 60, "burst": 1000, "recipientsPerDay": 1000, "strangersPerDay": 30}
MAIL = b"From: i@a.test\nDate: Fri, 20 Nov 2026 12:00:00 +0000\nMessage-ID: <1@x>\n\ntext\n"


@pytest.fixture
def gate(tmp_path: Path) -> Iterator[Gate]:
    found = Gate(tmp_path)
    found.start()
    found.write(HOST, {"a.test": {"i": ["i@a.test"]}})
    host = {"host": HOST, "postmaster": "p@b.test", "limits": LIMITS}
    (found.policy / "host.json").write_text(json.dumps(host))
    found.status()
    yield found
    found.kill()


def submit(gate: Gate, recipient: str) -> Verdict:
    return ask(gate, {"AUTH_AS": "i@a.test", "MAIL_FROM": "i@a.test", "RCPT_TO": recipient}, MAIL)


def ask(gate: Gate, environment: Mapping[str, str], mail: bytes) -> Verdict:
    environment = {"SPF_PASS": "0", "REMOTE_ADDR": "192.0.2.9:4711", **environment}
    return protocol.ask(str(gate.socket), environment, mail)


def outside(gate: Gate, sender: str) -> Verdict:
    mail = MAIL.replace(b"i@a.test", sender.encode())
    return ask(gate, {"AUTH_AS": "", "MAIL_FROM": sender, "RCPT_TO": "i@a.test"}, mail)


def test_killed_under_load_it_takes_the_limit_and_no_more(gate: Gate) -> None:
    def tried(number: int) -> int | None:
        try:
            return submit(gate, f"x{number}@b.test").status
        except OSError:  # killed; chasquid's hook says "later" then
            return None

    found: list[int | None] = []
    with ThreadPoolExecutor(4) as pool:
        for start in range(0, 60, 10):
            tries = [pool.submit(tried, number) for number in range(start, start + 10)]
            tries[4].result()
            gate.kill()
            found += [one.result() for one in tries]
            gate.start()
            found += [tried(1000 + start), tried(1001 + start)]
    # A mail that was counted, and of which the answer was lost, is tried again: it counts twice.
    lost = found.count(None)
    assert 30 - lost <= found.count(verdict.TAKEN) <= 30
    assert submit(gate, "one-more@b.test").status == verdict.LATER


def test_on_a_full_disk_submitted_mail_waits_and_the_rest_goes_on(gate: Gate) -> None:
    assert submit(gate, "x@b.test").status == verdict.TAKEN
    assert gate.pid
    before = resource.prlimit(gate.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(gate.pid, resource.RLIMIT_FSIZE, (0, before[1]))
    said = submit(gate, "y@b.test")
    assert (said.status, said.reason.split()[0]) == (verdict.LATER, "4.3.1")
    assert outside(gate, "who@b.test").status == verdict.TAKEN
    assert outside(gate, "i@a.test").status == verdict.REFUSED
    resource.prlimit(gate.pid, resource.RLIMIT_FSIZE, before)
    assert submit(gate, "y@b.test").status == verdict.TAKEN


def test_without_its_folder_submitted_mail_waits_and_the_rest_goes_on(gate: Gate) -> None:
    gate.kill()
    kept = gate.folder / "kept"
    gate.state.rename(kept)
    gate.state.touch()
    gate.start()
    assert submit(gate, "x@b.test").reason.split()[0] == "4.3.1"
    assert "submitted mail has to wait: what accounts send cannot be kept" in gate.status().reason
    assert outside(gate, "who@b.test").status == verdict.TAKEN
    gate.state.unlink()
    kept.rename(gate.state)
    assert gate.status().status == verdict.TAKEN
    assert submit(gate, "x@b.test").status == verdict.TAKEN


def test_a_mail_that_is_refused_for_another_reason_is_not_counted(gate: Gate) -> None:
    for number in range(40):
        told = {"AUTH_AS": "i@a.test", "MAIL_FROM": "k@a.test", "RCPT_TO": f"x{number}@b.test"}
        assert ask(gate, told, MAIL).status == verdict.REFUSED
    assert submit(gate, "x@b.test").status == verdict.TAKEN


RIGHT = {
    "AUTH_AS": "",
    "MAIL_FROM": "<>",
    "RCPT_TO": POSTMASTER,
    "REMOTE_ADDR": "127.0.0.1:4711",
}


@pytest.mark.parametrize(
    "wrong",
    [
        {"REMOTE_ADDR": "192.0.2.9:4711"},
        {"REMOTE_ADDR": "[2001:db8::9]:4711"},
        {"RCPT_TO": "i@a.test"},
        {"RCPT_TO": f"{POSTMASTER} i@a.test"},
        {"RCPT_TO": ""},
        {"MAIL_FROM": POSTMASTER},
        {"AUTH_AS": "i@a.test"},
    ],
    ids=str,
)
def test_the_gates_own_notice_comes_in_and_nothing_like_it(
    gate: Gate, wrong: dict[str, str]
) -> None:
    secret = spool.tell(gate.state, b"")
    head = f"From: Mail gate <{POSTMASTER}>\nDate: x\nMessage-ID: <1@x>\n"
    mail = f"X-Tapal-Notice: {secret}\n{head}\ntext\n".encode()
    assert ask(gate, RIGHT, mail).status == verdict.TAKEN
    assert ask(gate, RIGHT | {"REMOTE_ADDR": "[::1]:4711"}, mail).status == verdict.TAKEN
    assert ask(gate, RIGHT | wrong, mail).status != verdict.TAKEN
    twice = f"{NOTICE}: {secret}\n".encode() + mail
    assert ask(gate, RIGHT, twice).status == verdict.REFUSED
    other = mail.replace(secret.encode(), b"0" * 32)
    assert ask(gate, RIGHT, other).status == verdict.REFUSED
    (gate.state / spool.NOTICES / f"{secret}.eml").unlink()
    assert ask(gate, RIGHT, mail).status == verdict.REFUSED, "it opens once"
