"""``make logs``: lines as they come, and the story of one address, from what a host answered."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from mail.chasquid import log, mails
from settings import stack_file
from settings.ssh_target import SshTarget
from ssh.connection import SshError
from tools import on_host
from tools.logs import command
from tools.logs.line import line
from tools.logs.story import story

RECORDED = Path(__file__).parent / "status" / "recorded.txt"
LINES = [
    row.removeprefix("log\t")
    for row in RECORDED.read_text(encoding="utf-8").splitlines()
    if row.startswith("log\t")
]
CONFIG: dict[str, Any] = {
    "tapal:host": {"name": "smtp.tapal.test"},
    "tapal:domains": [
        {
            "name": "tapal.test",
            "dkim": [
                {"selector": "2026a", "algorithm": "rsa", "state": "active"},
                {"selector": "2025a", "algorithm": "rsa", "state": "retired"},
                {"selector": "2026e", "algorithm": "ed25519", "state": "active"},
            ],
        }
    ],
}


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Sequence[str]]:
    """What the server is asked; it answers with its recorded log."""
    commands: list[Sequence[str]] = []

    def run(_stack: str, argv: Sequence[str]) -> str:
        commands.append(argv)
        return "\n".join(LINES)

    def follow(_target: SshTarget, argv: Sequence[str], hear: Callable[[str], None]) -> None:
        commands.append(argv)
        for one in LINES[-3:]:
            hear(one)
        raise KeyboardInterrupt

    monkeypatch.setattr(stack_file, "config", lambda _: CONFIG)
    monkeypatch.setattr(on_host, "run", run)
    monkeypatch.setattr(on_host, "follow", follow)
    monkeypatch.setattr(on_host, "reach", lambda _: None)
    return commands


def test_each_event_is_told_in_words() -> None:
    told = [line(event).plain for event in log.read(LINES)]
    assert len(told) == len(log.read(LINES))
    for words in (
        "i@tapal.test logged in from [2001:db8:130::2]:58904",
        "kxdMW5S5mWA  taken: i@tapal.test → nobody@receiver.test",
        "✗ nobody@receiver.test: refused: mx.receiver.test answered 550 5.1.1 <nobody@",
        "! told the sender, by the mail S1E_E7h2iKQ",
        "✗ not taken from [2001:db8:100::25]:38277: <> → anything@tapal.test: 5.7.26",
        "! a@lab.test: not now: lab.test connection failed",
        "· tried again in 1 min",
        "✓ you@receiver.test: handed over",
    ):
        assert any(words in one for one in told), words


def test_the_last_lines(asked: list[Sequence[str]], capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["lab", "--no-follow", "--lines", "5"]) == 0
    assert "--lines=5" in asked[0]
    assert "--follow" not in asked[0]
    assert "taken: i@tapal.test → you@receiver.test" in capsys.readouterr().out


def test_following_ends_by_ctrl_c(
    asked: list[Sequence[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    assert command.main(["lab"]) == 0
    assert asked[0][-1] == "--follow"
    said = capsys.readouterr()
    assert len(said.out.splitlines()) == 3
    assert "· stopped" in said.err


def test_lines_as_json(asked: list[Sequence[str]], capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["lab", "--no-follow", "--json"]) == 0
    assert asked
    events = [json.loads(one) for one in capsys.readouterr().out.splitlines()]
    assert {"login", "queued", "sent", "permanent"} <= {one["kind"] for one in events}


def test_the_story_of_one_address(
    asked: list[Sequence[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    assert command.main(["lab", "--address", "Nobody@receiver.test"]) == 0
    assert asked[0][-2:] == ["Nobody@receiver.test", "-14 days"], "a word of its own"
    out = capsys.readouterr().out
    first = out.split("\n\n")[0]
    told = ["i@tapal.test → nobody@receiver.test", "handed in by i@tapal.test, logged in",
            "signed (DKIM) with 2026a (rsa) and 2026e (ed25519)", "refused it for good",
            "550 5.1.1", "There is no such mailbox there.", "letter by letter",
            "the sender was told, by the mail S1E_E7h2iKQ"]  # fmt: skip
    places = [first.index(one) for one in told]
    assert places == sorted(places), "in the order in which it happened"
    assert "you@v4only.test" not in out


def test_one_that_waits_says_when_it_is_tried_again() -> None:
    found = {one.id: one for one in mails.gather(log.read(LINES))}
    told = "\n".join(one.plain for one in story(found["fsxcg8nA66g"]))
    assert told.count("not taken for now") == 4, "each attempt"
    assert told.count("does not exist") == 1, "explained once"
    assert "tried again at 2026-12-01 01:25:44 UTC" in told
    assert "signed" not in told


def test_nobody_s_mail(asked: list[Sequence[str]], capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["lab", "--address", "x[red]y@other.test"]) == 1
    assert asked
    assert "no mail from or to x[red]y@other.test" in capsys.readouterr().out


def test_a_stack_on_another_ones_server_sees_its_own_mail(
    asked: list[Sequence[str]], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    other = {"tapal:hostStack": "lab", "tapal:domains": [{"name": "second.test"}]}
    monkeypatch.setattr(stack_file, "config", lambda _: other)
    assert command.main(["second.test", "--no-follow"]) == 0
    assert command.main(["second.test", "--address", "you@receiver.test"]) == 1
    assert len(asked) == 2
    assert "tapal.test" not in capsys.readouterr().out
    monkeypatch.setattr(stack_file, "config", lambda _: {"tapal:domains": CONFIG["tapal:domains"]})
    assert command.main(["tapal.test", "--no-follow"]) == 0
    out = capsys.readouterr().out
    assert "i@tapal.test logged in" in out
    assert "taken: i@tapal.test" in out


def test_stories_as_json(asked: list[Sequence[str]], capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["lab", "--address", "you@v4only.test", "--json"]) == 0
    assert asked
    mail, *_ = json.loads(capsys.readouterr().out)
    assert mail["deliveries"]["you@v4only.test"]["attempts"][0]["state"] == "sent"


def test_a_server_that_does_not_answer(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(_stack: str, _argv: Sequence[str]) -> str:
        raise SshError("it does not answer")

    monkeypatch.setattr(stack_file, "config", lambda _: CONFIG)
    monkeypatch.setattr(on_host, "run", fail)
    assert command.main(["lab", "--no-follow"]) == 1
    assert capsys.readouterr().err == "✗ it does not answer\n"
