"""``make testmail``: what is sent, what is heard of it, and what is said."""

import json
import ssl
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest

from mail.chasquid import log, mails
from mail.message import submission
from mail.message.compose import Mail as Message
from mail.message.submission import Account, SubmissionError, Timings
from settings import stack_file
from settings.ssh_target import SshTarget
from ssh.connection import SshError
from tools import on_host, pulumi
from tools.testmail import command, message, story, watch

HOST = "smtp.a.test"
TIMINGS = Timings(connected=0.1, authenticated=0.2, accepted=0.3, tls="TLSv1.3",
                  cipher="TLS_AES_128_GCM_SHA256", reply="2.0.0 thanks")  # fmt: skip
START = "1796086010.7 h chasquid[1]: 2026-12-01 06:16:50.7 "
ID = "kxdMW5S5mWA"
OTHER = f"{START}otherMailXX from=news@a.test"


def lines(*ends: str, to: str = "you@b.test") -> list[str]:
    """What the server's log says of a mail, beside one of another account."""
    return [
        "ready", ".", f"{START}192.0.2.7:5 auth succeeded for i@a.test",
        f"{OTHER} queued ip=192.0.2.7:4 to=[{to}]", f"{OTHER} to={to} sent", f"{OTHER} all done",
        f"{START}{ID} from=i@a.test queued ip=192.0.2.7:5 to=[{to}]",
        "connected [2001:db8::25]",
        *(f"{START}{ID} from=i@a.test {end}" for end in ends),
    ]  # fmt: skip


TAKEN = ("to=you@b.test sent", "all done")
REFUSED = (
    'to=you@b.test failed (permanent): gmail-smtp-in.l.google.com.: DATA failed: 550 "5.7.25 no"',
    "all done",
)
LAST = "all mail servers failed temporarily, last error: mx.b.test.: connection failed: "
WAITING = (
    f"to=you@b.test failed (temporary): {LAST}dial tcp 192.0.2.25:25: i/o timeout",
    "completed loop, next in 1m30s",
)


class Server:
    """The stack's server: its log is heard, and a mail handed in."""

    def __init__(self) -> None:
        self.log = lines(*TAKEN)
        self.asked: Sequence[str] = ()
        self.got: list[tuple[Account, Message]] = []
        self.left = threading.Event()
        self.fails: Exception | None = None

    def follow(self, _target: object, argv: Sequence[str], hear: Callable[[str], None]) -> None:
        self.asked = argv
        if self.fails:
            raise self.fails
        for line in self.log:
            hear(line)
        try:
            while not self.left.wait(0.01):
                hear(".")
        except watch.EnoughError:
            self.left.set()
            raise

    def submit(self, account: Account, mail: Message) -> Timings:
        self.got.append((account, mail))
        return TIMINGS


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Server:
    """A stack with two accounts, and its server."""
    made = Server()
    config: dict[str, Any] = {"tapal:host": {"name": HOST}}
    monkeypatch.setattr(stack_file, "config", lambda _: config)
    monkeypatch.setattr(pulumi, "passwords", lambda _: {"i@a.test": "secret1", "x@a.test": "2"})
    monkeypatch.setattr(on_host, "reach", lambda _: None)
    monkeypatch.setattr(on_host, "follow", made.follow)
    monkeypatch.setattr(command, "submit", made.submit)
    return made


def test_it_is_taken(server: Server, capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["a.test", "--to", "you@b.test"]) == 0
    [(account, mail)] = server.got
    assert (account.host, account.port, account.user) == (HOST, 465, "i@a.test")
    assert mail.recipients == ("you@b.test",)
    assert server.left.wait(5), "nobody goes on listening"
    out = capsys.readouterr().out
    told = ["A test mail from i@a.test to you@b.test", mail.message_id, "port 465: TLSv1.3",
            "250 2.0.0 thanks", "handed in by i@a.test, logged in",
            "you@b.test: the receiver took it (250)", "over IPv6", "2001:db8::25",
            "✓ the receiver took it"]  # fmt: skip
    places = [out.index(one) for one in told]
    assert places == sorted(places)
    assert "secret1" not in out
    assert "otherMailXX" not in out


def test_it_is_refused(server: Server, capsys: pytest.CaptureFixture[str]) -> None:
    server.log = lines(*REFUSED)
    assert command.main(["a.test", "--to", "you@b.test"]) == 1
    out = capsys.readouterr().out
    assert "gmail-smtp-in.l.google.com said 550 5.7.25" in out
    assert "550 5.7.25 of Google: The address that the mail came from has no reverse DNS" in out
    assert "→ what you can do: set the reverse DNS" in out
    assert out.rstrip().endswith("✗ it was refused")


def test_it_waits(server: Server, capsys: pytest.CaptureFixture[str]) -> None:
    server.log = lines(*WAITING)
    assert command.main(["a.test", "--to", "you@b.test"]) == 2
    out = capsys.readouterr().out
    assert "over IPv4: nobody answered at 192.0.2.25" in out
    assert "over IPv6: the server spoke with 2001:db8::25" in out
    assert "tried again at" in out
    assert "make logs STACK=a.test ADDRESS=you@b.test" in out


def test_an_alias_s_recipients_all_count(server: Server) -> None:
    both = ("to=me@c.test sent", "to=you@d.test failed (permanent): 550 no", "all done")
    server.log = lines(*both, to="all@a.test")
    assert command.main(["a.test", "--to", "all@a.test"]) == 1


def test_a_log_that_says_nothing(server: Server, capsys: pytest.CaptureFixture[str]) -> None:
    server.log = ["ready"]
    assert command.main(["a.test", "--to", "you@b.test", "--seconds", "1"]) == 2
    assert "does not tell of it yet" in capsys.readouterr().out


def test_another_account(server: Server) -> None:
    server.log = [one.replace("i@a.test", "x@a.test") for one in lines(*TAKEN)]
    assert command.main(["a.test", "--to", "you@b.test", "--account", "x"]) == 0
    assert server.got[0][0].user == "x@a.test"


def test_json(server: Server, capsys: pytest.CaptureFixture[str]) -> None:
    server.log = lines(*REFUSED)
    assert command.main(["a.test", "--to", "you@b.test", "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert told["taken"] is False
    assert told["mail"]["deliveries"]["you@b.test"]["attempts"][0]["state"] == "refused"
    assert told["token"] == server.got[0][1].token
    assert told["receivers"] == ["2001:db8::25"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["a.test"], "TO=me@example.net"),
        (["a.test", "--to", ""], "TO=me@example.net"),
        (["a.test", "--to", "nobody"], "nobody"),
        (["a.test", "--to", "a@b.test", "--account", "root"], "root is not an account"),
    ],
)
def test_a_mistake_sends_nothing(
    server: Server, capsys: pytest.CaptureFixture[str], arguments: list[str], words: str
) -> None:
    assert command.main(arguments) == 1
    assert words in capsys.readouterr().err
    assert server.got == []


def test_a_server_that_does_not_answer(server: Server, capsys: pytest.CaptureFixture[str]) -> None:
    server.fails = SshError("no SSH within 15 s")
    assert command.main(["a.test", "--to", "you@b.test"]) == 1
    assert "no SSH within 15 s" in capsys.readouterr().err
    assert server.got == [], "it could not be followed"


def test_a_certificate_that_is_not_trusted(
    server: Server, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(account: Account, _mail: Message) -> Timings:
        error = ssl.SSLCertVerificationError("self-signed certificate")
        found = submission.CERTIFICATE.found(f"{account.host}:465", reason=str(error))
        raise SubmissionError(found, temporary=False)

    assert server
    monkeypatch.setattr(command, "submit", refuse)
    assert command.main(["a.test", "--to", "you@b.test"]) == 1
    assert "self-signed" in capsys.readouterr().err
    assert server.left.wait(5)


def test_the_mail_is_a_proper_one() -> None:
    made = message.make("i@a.test", "you@b.test", HOST)
    parsed = message_from_bytes(made.content, _class=EmailMessage, policy=policy.default)
    assert parsed["Date"]
    assert parsed["Message-ID"] == made.message_id
    assert made.message_id.endswith("@a.test>")
    assert parsed.get_content_type() == "multipart/alternative"
    text, html = (part.get_content() for part in parsed.iter_parts())
    assert "i@a.test, sent by smtp.a.test" in text
    assert "<p>" in html
    assert "&quot;pass&quot;" in html
    assert b"\r\n" in made.content
    assert b"\n" not in made.content.replace(b"\r\n", b"")


@pytest.mark.parametrize(
    ("address", "family"),
    [("192.0.2.1", "IPv4"), ("2001:db8::1", "IPv6"), ("fe80::1%eth0", "IPv6"), ("?", "an address")],
)
def test_families(address: str, family: str) -> None:
    assert story.family(address) == family


@contextmanager
def _watch(heard: list[str]) -> Iterator[watch.Watch]:
    found = watch.Watch()
    for line in heard:
        found.hear(line)
    yield found


def test_a_connection_that_breaks_is_told() -> None:
    with _watch(["ready"]) as found:
        found.ended(SshError("it broke"))
        found.wait_until_ready(1)
        with pytest.raises(SshError, match="it broke"):
            found.mail("i@a.test", "you@b.test", 1)


def test_mail_that_is_heard_of_in_part() -> None:
    with _watch(lines()) as found:
        found.wait_until_ready(1)
        mail = found.mail("I@a.test", "You@b.test", 0.2)
    assert mail is not None
    assert (mail.id, mail.account, command.status(mail)) == (ID, "i@a.test", 2)
    assert mails.gather(log.read(lines()))


def test_follow_takes_the_shell_s_words(server: Server) -> None:
    target = SshTarget(address="192.0.2.1", host_key="ssh-ed25519 AAAA")
    with watch.watching(target, 30) as found:
        found.wait_until_ready(5)
    assert server.asked[-1] == "30"
