"""Given passwords: for accounts that there are, in whatever spelling, and shown to nobody."""

import json

import pytest

from settings import given_passwords
from settings.recover import read

STACK = {"domains": [{"name": "bücher.example", "accounts": ["I", "news"]}, {"name": "b.example"}]}
GOOD = "canary-that-is-long"


def said(text: str, stack: dict[str, object] | None = None) -> list[tuple[str, str]]:
    given, findings = given_passwords.read(text)
    findings += given_passwords.check(given, read(stack or STACK))
    assert all(one.source and one.cure for one in findings)
    assert "canary" not in str(findings)
    return [(one.id, one.key) for one in findings]


@pytest.mark.parametrize(
    "name", ["i@bücher.example", "I@xn--bcher-kva.example", "i@BÜCHER.example"]
)
def test_any_spelling_of_an_account(name: str) -> None:
    assert said(json.dumps({name: GOOD})) == []
    assert given_passwords.read(json.dumps({name: GOOD}))[0] == {"i@xn--bcher-kva.example": GOOD}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("{}", []),
        ("canary", [("passwords-shape", "passwords")]),
        ('["canary"]', [("passwords-shape", "passwords")]),
        (
            '{"news@bücher.example": 5}',
            [("passwords-shape", "passwords[news@bücher.example]")],
        ),
        (
            json.dumps({"i@bücher.example": GOOD, "I@bücher.example": GOOD}),
            [("passwords-twice", "passwords[I@bücher.example]")],
        ),
        (
            json.dumps({"nwes@bücher.example": GOOD}),
            [("password-without-account", "passwords[nwes@xn--bcher-kva.example]")],
        ),
        (json.dumps({"a\nb": GOOD}), [("password-without-account", "passwords[a\\nb]")]),
        (
            json.dumps({"news@bücher.example": "canary\n"}),
            [
                ("password-control", "passwords[news@xn--bcher-kva.example]"),
                ("password-short", "passwords[news@xn--bcher-kva.example]"),
                ("password-worst", "passwords[news@xn--bcher-kva.example]"),
            ],
        ),
        (
            json.dumps({"news@bücher.example": ""}),
            [("password-empty", "passwords[news@xn--bcher-kva.example]")],
        ),
    ],
)
def test_what_is_said(text: str, expected: list[tuple[str, str]]) -> None:
    assert said(text) == expected


@pytest.mark.parametrize(
    "stack",
    [
        {"domains": 5},
        {"domains": [{"name": "bücher.example", "accounts": [5]}]},
        {"domains": [{"accounts": ["i"]}]},
    ],
)
def test_of_accounts_that_cannot_be_read_nothing_is_said(stack: dict[str, object]) -> None:
    assert said(json.dumps({"i@bücher.example": GOOD}), stack) == []
