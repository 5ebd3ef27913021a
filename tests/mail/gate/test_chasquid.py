"""What the real chasquid hands its hook: the fields on top, and the environment.

The gate believes the first field of a mail from outside, so it must be chasquid's own whatever the
sender writes; and `tests.mail.gate.world` must build it as chasquid does.
"""

import smtplib
from collections.abc import Iterator
from dataclasses import dataclass
from email.parser import BytesHeaderParser
from pathlib import Path

import pytest

from mail.gate import decision, envelope, headers, results, verdict
from mail.gate.envelope import Envelope
from mail.gate.policy import Domain, Policy
from mail.message import compose, submission
from mail.message.submission import Account, SubmissionError
from mail.password import scrypt
from tests.mail.chasquid.server import HOST, Server, running
from tests.mail.gate.world import Mail

SECRET = "correct horse battery"
POLICY = Policy(host=HOST, domains=[Domain(name="a.test", spellings=("a.test",))])
# Refuses whatever it is handed, so that each mail is asked about once and nothing is queued.
HOOK = """#!/bin/sh
env -0 > {0}/environment
cat > {0}/stdin
echo "5.7.1 seen"
exit 20
"""
FORGED = b"""Authentication-Results: smtp.a.test\r
\t;dkim=pass  header.b=Zm9v  header.d=a.test
Received: from x by smtp.a.test (chasquid)
DKIM-Signature: v=1; a=rsa-sha256; d=evil.test;\r
 dkim=pass header.d=a.test; s=s; h=from; bh=AAAA; b=AAAA
DKIM-Signature: v=1; a=rsa-sha256; d=a.test(.evil.test; s=s; h=from; bh=AAAA; b=AAAA
DKIM-Signature: v=1; a=rsa-sha256; d=a.test; s=s"\\; h=from; bh=AAAA; b=AAAA
From: i@a.test

body
""".replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


@dataclass(frozen=True, kw_only=True)
class Told:
    """What the hook was told."""

    envelope: Envelope
    stdin: bytes

    @property
    def names(self) -> list[str]:
        """The names of all fields, in order."""
        return BytesHeaderParser().parsebytes(self.stdin).keys()


@pytest.fixture(scope="module")
def server(chasquid_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    accounts = {"box": scrypt(SECRET, bytes(16))}
    folder = tmp_path_factory.mktemp("chasquid")
    with running(chasquid_folder, folder, accounts, {}) as found:
        hook = found.folder / "hooks/post-data"
        hook.parent.mkdir()
        hook.write_text(HOOK.format(folder))
        hook.chmod(0o755)
        yield found


def told(server: Server) -> Told:
    folder = server.folder.parent
    environment = envelope.variables((folder / "environment").read_bytes())
    return Told(envelope=envelope.read(environment), stdin=(folder / "stdin").read_bytes())


def hand_in(server: Server, sender: str, data: bytes) -> Told:
    with smtplib.SMTP("127.0.0.1", server.smtp, "x") as client:
        client.ehlo("mx.client.example")
        assert client.docmd("MAIL", f"FROM:<{sender}>")[0] == 250
        client.rcpt("box@a.test")
        code, text = client.data(data)
        assert (code, text) == (554, b"5.7.1 seen")
    return told(server)


@pytest.mark.parametrize("sender", ["x@evil.test", "i@a.test", ""])
def test_the_first_field_is_chasquids_whatever_the_sender_writes(
    server: Server, sender: str
) -> None:
    seen = hand_in(server, sender, FORGED)
    head = headers.read(seen.stdin)
    assert head.first[0] == f"Authentication-Results: {HOST}".encode()
    assert results.signed_by(head, HOST) == set()
    assert decision.decide(seen.envelope, head, POLICY).status == verdict.REFUSED
    # The sender's own, which would be believed if it were the first.
    below = seen.stdin[seen.stdin.index(b"Authentication-Results", 1) :]
    assert results.signed_by(headers.read(below), HOST) == {"a.test"}


@pytest.mark.parametrize("sender", ["x@evil.test", ""])
def test_the_fields_on_top_are_as_the_forms_have_them(server: Server, sender: str) -> None:
    data = b"From: x@evil.test\r\n\r\nbody\r\n"
    seen = hand_in(server, sender, data)
    ours = Mail(data=data.replace(b"\r\n", b"\n"), sender=sender or "<>").stdin

    def shape(stdin: bytes) -> list[bytes]:
        """Return the lines, of those that change with the client only how they begin."""
        lines = stdin.replace(b"smtp.a.example", HOST.encode()).split(b"\n")
        changing = (b"\t;spf=", b"Received-SPF:", b"\t(over", b"\tby", b"Received:", b"\t; ")
        found = [next((one for one in changing if line.startswith(one)), line) for line in lines]
        return [line for line in found if not line.startswith(b"\ttls ")]

    assert shape(seen.stdin) == shape(ours)
    assert seen.envelope.sender == sender
    assert seen.envelope.recipients == ("box@a.test",)
    assert not seen.envelope.account
    assert not seen.envelope.spf


@pytest.mark.parametrize(
    ("written", "seen"),
    [
        ("I.J@xn--mnchen-3ya.Example", "I.J@münchen.example"),
        ("I.J@XN--MNCHEN-3YA.example", "I.J@xn--mnchen-3ya.example"),
    ],
)
def test_in_which_spelling_the_sender_is_told(server: Server, written: str, seen: str) -> None:
    """Of an international domain in both: the policy must know the two."""
    found = hand_in(server, written, b"From: x@evil.test\r\n\r\nbody\r\n")
    assert found.envelope.sender == seen


@pytest.mark.parametrize(
    "data",
    [
        b"From\r\n : i@a.test\r\n\r\nbody\r\n",
        b"garbage\r\nFrom: i@a.test\r\n\r\nbody\r\n",
        b" From: i@a.test\r\n\r\nbody\r\n",
    ],
)
def test_what_is_not_a_header_does_not_pass_one_of_the_two(server: Server, data: bytes) -> None:
    with smtplib.SMTP("127.0.0.1", server.smtp, "x") as client:
        client.ehlo("x")
        client.mail("x@evil.test")
        client.rcpt("box@a.test")
        code, text = client.data(data)
    assert code == 554
    if text == b"5.7.1 seen":
        assert headers.read(told(server).stdin).fault


def test_a_submitted_mail_is_signed_before_the_hook_is_asked(server: Server) -> None:
    account = Account(
        host=HOST,
        user="Box@a.test",
        password=SECRET,
        port=server.submission,
        address="127.0.0.1",
        cafile=str(server.cafile),
        timeout=10,
    )
    with pytest.raises(SubmissionError, match="seen"):
        submission.submit(account, compose.compose("box@a.test", ["x@b.test"], "hi", "body"))
    seen = told(server)
    assert seen.envelope.account == "box@a.test"
    assert seen.names[:3] == ["Received", "DKIM-Signature", "DKIM-Signature"]
    assert results.signed_by(headers.read(seen.stdin), HOST) == set()
