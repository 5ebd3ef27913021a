"""``make users``: what it asks the server, and what it shows of the answer."""

import io
import json
from typing import Any

import pytest
from rich.console import Console

from settings import stack_file
from settings.ssh_target import SshTarget
from ssh.connection import Completed, SshError
from tools import on_host
from tools.users import command, host, table

LIMITS = {"perMinute": 60, "burst": 20, "recipientsPerDay": 500, "strangersPerDay": 100}
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHvLG1AWUbn3C8ZmSCbYfFxCkBnN3OZ6iyU8qYTNj3Zn"


def row(account: str, **more: object) -> dict[str, Any]:
    idle = {"mailsInMinute": 0, "mailsInHour": 0, "mailsInDay": 0, "recipientsInDay": 0}
    rest = {"strangersInDay": 0, "lastMail": 0, "denied": "", "isBeingDenied": False}
    return {"account": account, **idle, **rest, "limits": LIMITS, **more}


RAW = {
    "now": 1_790_000_000.0,
    "accounts": [
        row("i@a.example"),
        row("news@a.example", mailsInHour=12, recipientsInDay=450, lastMail=1_789_999_990.0),
        row("post@b.example", denied="2026-09-21 14:13:20 UTC: it went on", strangersInDay=100),
        row("shop@b.example", isBeingDenied=True),
    ],
}


class Server:
    """Answers as the host does, and keeps what it was asked."""

    def __init__(self, status: int = 0, said: bytes = b"") -> None:
        self.answer = Completed(status=status, stdout=json.dumps(RAW).encode(), stderr=said)
        self.target: SshTarget | None = None
        self.asked: list[str] = []

    def __call__(self, target: SshTarget) -> "Server":
        self.target = target
        return self

    def run(self, argv: list[str], stdin: bytes = b"", *, patience: float) -> Completed:
        assert not stdin
        assert patience < 60
        self.asked = argv
        if self.answer.status < 0:
            raise SshError("no SSH")
        return self.answer


@pytest.fixture
def stack(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """A stack's configuration, which the test changes."""
    own = {"name": "smtp.a.example", "ipv4": "198.51.100.7", "ssh": {"hostKey": KEY}}
    config: dict[str, Any] = {"tapal:host": own}
    stacks = {"a.example": config, "own": {"tapal:host": own}}
    monkeypatch.setattr(stack_file, "config", lambda name: stacks[name])
    return config


def answering(monkeypatch: pytest.MonkeyPatch, server: Server) -> Server:
    monkeypatch.setattr(on_host, "session", server)
    return server


def test_the_table(monkeypatch: pytest.MonkeyPatch, stack: dict[str, Any]) -> None:
    assert stack
    server = answering(monkeypatch, Server())
    out = io.StringIO()
    table.show(host.ask("a.example"), Console(file=out, width=140, highlight=False))
    lines = [" ".join(line.split()) for line in out.getvalue().splitlines()]
    assert lines[2:6] == [
        "i@a.example 0 0 0 of 500 0 of 100 never",
        "news@a.example 0 12 450 of 500 0 of 100 2026-09-21 14:13:10",
        "post@b.example 0 0 0 of 500 100 of 100 never ✗ denied 2026-09-21 14:13:20 UTC: it went on",
        "shop@b.example 0 0 0 of 500 0 of 100 never ✗ denied just now",
    ]
    assert server.asked == ["sh", "-c", host.COMMAND]
    assert server.target is not None
    assert (server.target.address, server.target.host_key) == ("198.51.100.7", KEY)


def test_json(
    monkeypatch: pytest.MonkeyPatch, stack: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    assert stack
    answering(monkeypatch, Server())
    assert command.main(["a.example", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == RAW


def test_a_stack_on_anothers_server_sees_its_own_accounts(
    monkeypatch: pytest.MonkeyPatch, stack: dict[str, Any]
) -> None:
    del stack["tapal:host"]
    stack |= {"tapal:hostStack": "own", "tapal:domains": [{"name": "B.example"}, {"name": 5}, 5]}
    answering(monkeypatch, Server())
    names = [one.name for one in host.ask("a.example").accounts]
    assert names == ["post@b.example", "shop@b.example"]


@pytest.mark.parametrize(
    ("server", "words"),
    [
        (
            Server(1, b"sh: 1: cd: can't cd to /usr/local/lib/tapal/gate\n"),
            "make up STACK=a.example",
        ),
        (Server(1), "no message"),
        (Server(-1), "no SSH"),
    ],
    ids=["no gate", "silent", "no server"],
)
def test_what_fails_is_said(
    monkeypatch: pytest.MonkeyPatch,
    stack: dict[str, Any],
    capsys: pytest.CaptureFixture[str],
    server: Server,
    words: str,
) -> None:
    assert stack
    answering(monkeypatch, server)
    assert command.main(["a.example"]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("✗ ")
    assert words in said.err


def test_a_secret_that_cannot_be_read_is_said(
    monkeypatch: pytest.MonkeyPatch, stack: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    stack["tapal:sshPrivateKey"] = {"secure": "v1:AAAA"}
    answering(monkeypatch, Server())
    monkeypatch.setenv("PATH", "/nowhere")
    assert command.main(["a.example"]) == 1
    assert "pulumi" in capsys.readouterr().err
