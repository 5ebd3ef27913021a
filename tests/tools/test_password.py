"""``make password``: on a terminal only, one account, renewed by its resource alone."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from settings import stack_file
from tools import pulumi, terminal
from tools.password import command, renewal
from tools.password.command import AccountError
from tools.password.renewal import RenewalError
from tools.pulumi import PulumiError

OLD, NEW = "EENFoxGBB0GGEYAQz2k", "y1cRdsHW2B0oOOfsDeK"
URN = "urn:pulumi:lab::tapal::tapal:chasquid:MailDomain$pulumi-python:dynamic/tapal:Account::i"
STATE: list[dict[str, Any]] = [
    {"type": "pulumi-python:dynamic/tapal:HostFile", "id": "i@a.test", "urn": "other"},
    {"type": "pulumi-python:dynamic/tapal:Account", "id": "i@a.test", "urn": URN, "inputs": {}},
    {"type": "pulumi-python:dynamic/tapal:Account", "id": "own@a.test", "urn": "given",
     "inputs": {"given": {"4dabf18193072939515e22adb298388d": "…"}}},
]  # fmt: skip


@pytest.fixture
def passwords(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The stack's passwords, and a terminal."""
    found = {"i@a.test": OLD, "own@a.test": "chosen by somebody"}
    config = {"tapal:host": {"name": "smtp.a.test"}}
    monkeypatch.setattr(stack_file, "config", lambda _: config)
    monkeypatch.setattr(pulumi, "passwords", lambda _: dict(found))
    monkeypatch.setattr(pulumi, "resources", lambda _: STATE)
    monkeypatch.setattr(terminal, "is_terminal", lambda: True)
    return found


@pytest.mark.usefixtures("passwords")
def test_it_shows_what_to_type_in(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["a.test"]) == 0
    out = " ".join(capsys.readouterr().out.split())
    for words in ("smtp.a.test", "465 with SSL/TLS, or 587 with STARTTLS", "user name i@a.test",
                  f"password {OLD}", "own@a.test (ACCOUNT=…)"):  # fmt: skip
        assert words in out
    assert "chosen" not in out, "nobody else's"


@pytest.mark.usefixtures("passwords")
def test_not_into_a_file(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(terminal, "is_terminal", lambda: False)
    assert command.main(["a.test"]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert "terminal only" in said.err
    assert OLD not in said.err


@pytest.mark.parametrize(
    ("asked", "address"),
    [
        (None, "i@a.test"),
        ("news", "news@b.test"),
        (" I@A.test ", "i@a.test"),
        ("i@a.test", "i@a.test"),
    ],
)
def test_which_account(asked: str | None, address: str) -> None:
    known = {"i@a.test": "1", "news@b.test": "2", "post@a.test": "3", "post@b.test": "4"}
    assert command.account(known, asked) == address
    assert command.account(known, None, ["later@a.test", "post@b.test"]) == "post@b.test"


@pytest.mark.parametrize(
    ("known", "asked", "words"),
    [
        ({"i@a.test": "1"}, "x", r"x is not an account: i@a\.test"),
        ({"p@a.test": "1", "p@b.test": "2"}, "p", "fits several accounts: p@a.test, p@b.test"),
        ({}, None, "no accounts"),
    ],
)
def test_no_such_account(known: Mapping[str, str], asked: str | None, words: str) -> None:
    with pytest.raises(AccountError, match=words):
        command.account(known, asked)


def test_a_new_one(
    monkeypatch: pytest.MonkeyPatch,
    passwords: dict[str, str],
    capsys: pytest.CaptureFixture[str],
) -> None:
    done: list[tuple[Sequence[str], bool]] = []

    def renew(arguments: Sequence[str], *, yes: bool) -> int:
        done.append((arguments, yes))
        passwords["i@a.test"] = NEW
        return 0

    monkeypatch.setattr(renewal, "renew", renew)
    assert command.main(["a.test", "--new", "--yes"]) == 0
    only = ["up", "a.test", "--target-replace", URN, "--target-dependents"]
    assert done == [(only, True)]
    said = capsys.readouterr()
    assert NEW in said.out
    assert OLD not in said.out + said.err


@pytest.mark.usefixtures("passwords")
@pytest.mark.parametrize(("status", "words"), [(1, ""), (0, "old password still")])
def test_a_renewal_that_did_not_happen_shows_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], status: int, words: str
) -> None:
    monkeypatch.setattr(renewal, "renew", lambda _arguments, **_: status)
    assert command.main(["a.test", "--new"]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert words in said.err


@pytest.mark.usefixtures("passwords")
def test_a_given_one_is_changed_where_it_is_given() -> None:
    with pytest.raises(RenewalError, match="tapal:passwords"):
        renewal.plan("a.test", "own@a.test")
    with pytest.raises(RenewalError, match=r"make up STACK=a\.test"):
        renewal.plan("a.test", "later@a.test")


@pytest.mark.usefixtures("passwords")
def test_a_state_that_cannot_be_read(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(_stack: str) -> None:
        raise PulumiError("pulumi: incorrect passphrase")

    monkeypatch.setattr(pulumi, "passwords", fail)
    assert command.main(["a.test"]) == 1
    assert capsys.readouterr().err == "✗ pulumi: incorrect passphrase\n"
