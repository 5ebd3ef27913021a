"""One-click unsubscription: the real chasquid, the gate, and the signer that adds a signature."""

import smtplib
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from mail import dkim
from mail.gate import quota, signer
from mail.message import signature
from mail.message.signature import SignatureResult
from mail.password import scrypt
from tests.mail.chasquid.server import HOST, Server
from tests.mail.chasquid.server import running as chasquid_running
from tests.mail.gate.service import ROOT, Gate, running

SECRET = "correct horse battery"
POLICY = {"a.test": {"box": ["box@a.test"]}}
LIST = "List-Unsubscribe: <https://a.test/u/1>,\r\n <mailto:u@a.test>"
POST = "List-Unsubscribe-Post: List-Unsubscribe=One-Click"
OURS = [("ed25519-sha256", "e1"), ("rsa-sha256", "r1")]


@pytest.fixture(scope="module")
def gate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gate]:
    with running(tmp_path_factory.mktemp("gate")) as found:
        yield found


@pytest.fixture(scope="module")
def server(
    chasquid_folder: Path, gate: Gate, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("chasquid")
    accounts = {"box": scrypt(SECRET, bytes(16))}
    with chasquid_running(chasquid_folder, folder, accounts, {}) as found:
        gate.install_hook(found.folder)
        gate.write(HOST, POLICY, limits=dict.fromkeys(quota.KEYS, 1000))
        yield found


@contextmanager
def signing(gate: Gate, domains: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """Run the signer until the end of the block."""
    path = gate.folder / "sign.sock"
    path.unlink(missing_ok=True)
    command = [sys.executable, "-m", signer.__name__, "--domains", str(domains)]
    process = subprocess.Popen([*command, "--socket", str(path)], cwd=ROOT)
    try:
        while not path.exists():
            assert process.poll() is None
            time.sleep(0.02)
        yield process
    finally:
        process.kill()
        process.wait()


def submitted(server: Server, *fields: str, body: str = "text") -> tuple[int, str]:
    """Submit a mail; return what chasquid says to it."""
    lines = ["From: box@a.test", "To: Box <box@a.test>", "Subject:  a  letter", *fields]
    lines += ["Date: Fri, 20 Nov 2026 12:00:00 +0000", "Message-ID: <1@x>", "", body, ""]
    context = ssl.create_default_context(cafile=str(server.cafile))
    context.check_hostname = False
    with smtplib.SMTP_SSL("127.0.0.1", server.submissions, context=context, timeout=20) as session:
        session.login("box@a.test", SECRET)
        session.mail("box@a.test")
        session.rcpt("box@a.test")
        code, text = session.data("\r\n".join(lines).encode())
    return code, text.decode()


def arrived(server: Server, *fields: str, body: str = "text") -> bytes:
    """Submit a mail, which must be taken, and return it as it was delivered."""
    box = server.folder.parent / "box"
    before = set(box.glob("*.eml"))
    code, text = submitted(server, *fields, body=body)
    assert code == 250, text
    server.delivered(len(before) + 1)
    (new,) = set(box.glob("*.eml")) - before
    return new.read_bytes()


def verified(server: Server, mail: bytes) -> list[SignatureResult]:
    """Return what dkimpy says of each signature, from the top down."""
    records = {
        dkim.record_name(one, "a.test"): dkim.record(pem) for one, pem in server.keys.items()
    }
    return signature.verify(mail.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"), records.get)


def kinds(results: list[SignatureResult]) -> list[tuple[str, str]]:
    return [(one.algorithm, one.selector) for one in results]


@pytest.mark.parametrize("body", ["text", "a \t b  \r\n\r\n\r\n", "x" * 900 + "\r\n" * 2000])
def test_it_covers_the_field_and_all_three_signatures_hold(
    server: Server, gate: Gate, body: str
) -> None:
    with signing(gate, server.folder / "domains"):
        mail = arrived(server, LIST, POST, body=body)
    results = verified(server, mail)
    assert kinds(results) == [("rsa-sha256", "r1"), *sorted(kinds(results)[1:], reverse=True)]
    assert len(results) == 3
    assert [one.reason for one in results if not one.passed] == []
    signed = signature.tags(mail)[0]["h"].split(":")
    assert signed.count("list-unsubscribe-post") == signed.count("list-unsubscribe") == 2
    assert signed.count("from") == signed.count("subject") == 2
    assert not [line for line in mail.splitlines() if len(line) > 78 and b"x" * 80 not in line]


@pytest.mark.parametrize("added", [POST, "List-Unsubscribe: <https://evil.test>", "From: x@y.test"])
def test_nothing_can_be_added_to_what_it_covers(server: Server, gate: Gate, added: str) -> None:
    with signing(gate, server.folder / "domains"):
        mail = arrived(server, LIST, POST)
    changed = added.encode() + b"\n" + mail
    assert not verified(server, changed)[0].passed
    assert not verified(server, mail.replace(b"=One-Click", b"=Two-Clicks"))[0].passed


@pytest.mark.parametrize("fields", [(), (LIST,), (POST,)])
def test_mail_that_asks_for_nothing_is_as_before(
    server: Server, gate: Gate, fields: tuple[str, ...]
) -> None:
    """The signer, which does not run here, is not asked."""
    (gate.folder / "sign.sock").unlink(missing_ok=True)
    results = verified(server, arrived(server, *fields))
    assert sorted(kinds(results)) == OURS
    assert all(one.passed for one in results)


@pytest.mark.parametrize("selector", ["r1", "e1", "zz", "../../a.test/dkim:r1"])
def test_a_signature_of_the_clients_own_is_not_taken_for_chasquids(
    server: Server, gate: Gate, selector: str
) -> None:
    own = (
        f"DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=a.test; s={selector};\r\n"
        " h=from; bh=AAAA; b=AAAA"
    )
    with signing(gate, server.folder / "domains"):
        mail = arrived(server, own, LIST, POST)
    first = verified(server, own.encode() + b"\r\n" + mail)[1]
    assert first.passed, first.reason
    assert signature.tags(mail)[0]["bh"] != "AAAA"


def test_without_an_rsa_key_the_other_one_signs(server: Server, gate: Gate, tmp_path: Path) -> None:
    _keys(server, tmp_path, "e1")
    with signing(gate, tmp_path):
        results = verified(server, arrived(server, LIST, POST))
    assert kinds(results)[0] == ("ed25519-sha256", "e1")
    assert all(one.passed for one in results)


def _keys(server: Server, folder: Path, *selectors: str) -> None:
    (folder / "a.test").mkdir()
    for selector in selectors:
        (folder / "a.test" / dkim.file_name(selector)).write_text(server.keys[selector])


def test_a_key_that_is_not_there_yet_lets_mail_wait(
    server: Server, gate: Gate, tmp_path: Path
) -> None:
    _keys(server, tmp_path)
    (tmp_path / "a.test" / dkim.file_name("new")).write_text(server.keys["r1"])
    with signing(gate, tmp_path):
        code, text = submitted(server, LIST, POST)
    assert code == 451
    assert "cannot be signed for one-click unsubscription" in text


@pytest.mark.parametrize("broken", ["", "no key", "-----BEGIN PRIVATE KEY-----\n"])
def test_a_key_that_cannot_be_used_lets_mail_wait(
    server: Server, gate: Gate, tmp_path: Path, broken: str
) -> None:
    _keys(server, tmp_path)
    (tmp_path / "a.test" / dkim.file_name("r1")).write_text(broken)
    with signing(gate, tmp_path):
        assert submitted(server, LIST, POST)[0] == 451


def test_a_domain_without_keys_sends_as_chasquid_does(
    server: Server, gate: Gate, tmp_path: Path
) -> None:
    _keys(server, tmp_path)
    with signing(gate, tmp_path):
        assert len(verified(server, arrived(server, LIST, POST))) == 2


def test_a_dead_signer_lets_these_mails_wait_and_no_other(server: Server, gate: Gate) -> None:
    with signing(gate, server.folder / "domains"):
        pass
    assert submitted(server, LIST, POST)[0] == 451
    assert submitted(server)[0] == 250
    with signing(gate, server.folder / "domains"):
        assert submitted(server, LIST, POST)[0] == 250


def test_one_that_is_killed_while_it_signs_lets_the_mail_wait(server: Server, gate: Gate) -> None:
    (gate.folder / "sign.sock").unlink(missing_ok=True)
    stuck = (
        "import socket, sys; one = socket.socket(socket.AF_UNIX); one.bind(sys.argv[1]);"
        "one.listen(); other, _ = one.accept(); socket.recv_fds(other, 9, 1)"
    )
    command = [sys.executable, "-c", stuck, str(gate.folder / "sign.sock")]
    process = subprocess.Popen(command)
    try:
        while not (gate.folder / "sign.sock").exists():
            time.sleep(0.02)
        time.sleep(0.1)
        code, text = submitted(server, LIST, POST)
    finally:
        process.kill()
        process.wait()
    assert (code, text) == (451, "4.3.0 the mail gate does not answer, try again later")


@pytest.mark.parametrize(
    "words",
    [b"", b"12 a.test\nshort", b"3 ../a.test\nx:y", b"3 .\nx:y", b"3 /etc\nx:y", b"a\xff\n\n"],
)
def test_what_is_no_question_is_not_signed_and_does_not_end_it(
    server: Server, gate: Gate, words: bytes
) -> None:
    with signing(gate, server.folder / "domains") as process:
        ours, theirs = socket.socketpair()
        with ours, socket.socket(socket.AF_UNIX) as connection:
            connection.connect(str(gate.folder / "sign.sock"))
            if words:
                socket.send_fds(connection, [words], [theirs.fileno()])
            connection.shutdown(socket.SHUT_WR)
            theirs.close()
            assert ours.recv(100)[:1] in (b"", b"K")
        assert submitted(server, LIST, POST)[0] == 250
        assert process.poll() is None


def test_it_ends_when_it_has_nothing_to_do(tmp_path: Path) -> None:
    code = (
        "from mail.gate import listening, signer; from pathlib import Path; import sys;"
        "signer.Signer(Path('/')).run(listening.listener(sys.argv[1]), idle=0.3)"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "sign.sock")]
    assert subprocess.run(command, cwd=ROOT, timeout=10, check=False).returncode == 0


def test_it_costs_less_than_a_tenth_of_a_second(server: Server, gate: Gate) -> None:
    def mean() -> float:
        start = time.monotonic()
        for _ in range(10):
            assert submitted(server, *fields)[0] == 250
        return (time.monotonic() - start) / 10

    with signing(gate, server.folder / "domains"):
        fields: tuple[str, ...] = ()
        without = min(mean() for _ in range(3))
        fields = (LIST, POST)
        assert min(mean() for _ in range(3)) - without < 0.1
