"""What `make blocked` prints, and what `make unblock` asks for."""

import json
from collections.abc import Sequence

import pytest

from ssh.connection import SshError
from tools import blocked

FOUND = {
    "blocked": [{"address": "2001:db8::/64", "until": "2026-11-25T16:02:24Z"}],
    "refusedToLeave": [{"protocol": "tcp", "port": 22, "packets": 3}],
}


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Sequence[str]]:
    """What the server is asked; it answers as ever."""
    commands: list[Sequence[str]] = []

    def answer(_stack: str, argv: Sequence[str]) -> str:
        commands.append(argv)
        return "let in again\n" if "--free" in argv else json.dumps(FOUND)

    monkeypatch.setattr(blocked, "run", answer)
    return commands


def test_it_says_who_is_blocked_and_what_may_not_leave(
    asked: list[Sequence[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    assert blocked.main(["lab"]) == 0
    assert capsys.readouterr().out == (
        "blocked until 2026-11-25T16:02:24Z: 2001:db8::/64\n"
        "may not leave: tcp to port 22, 3 packets\n"
    )
    assert "--free" not in asked[0]


def test_it_says_that_there_is_nothing() -> None:
    nothing: dict[str, list[object]] = {"blocked": [], "refusedToLeave": []}
    assert blocked.text(nothing) == "nobody is blocked, nothing was refused\n"


@pytest.mark.usefixtures("asked")
def test_as_the_server_says_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert blocked.main(["lab", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == FOUND


def test_it_lets_in(asked: list[Sequence[str]], capsys: pytest.CaptureFixture[str]) -> None:
    assert blocked.main(["lab", "--free", "203.0.113.7; reboot"]) == 0
    assert asked[0][-2:] == ["--free", "203.0.113.7; reboot"], "a word of its own"
    assert capsys.readouterr().out == "let in again\n"


def test_no_address_is_none(asked: list[Sequence[str]], capsys: pytest.CaptureFixture[str]) -> None:
    assert blocked.main(["lab", "--free", ""]) == 1
    assert asked == []
    assert "ADDRESS=" in capsys.readouterr().err


def test_a_server_that_does_not_answer(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(_stack: str, _argv: Sequence[str]) -> str:
        raise SshError("it does not answer")

    monkeypatch.setattr(blocked, "run", fail)
    assert blocked.main(["lab"]) == 1
    assert capsys.readouterr().err == "✗ it does not answer\n"
