"""Passwords: hashed as chasquid does, and never told."""

import hashlib

import pytest

from mail import password


def test_scrypt_is_what_hashlib_says() -> None:
    salt = bytes(range(16))
    hashed = password.scrypt("pässword", salt)
    expected = hashlib.scrypt(
        "pässword".encode(), salt=salt, n=2**14, r=8, p=1, maxmem=2**26, dklen=32
    )
    assert hashed.encrypted == expected
    assert (hashed.log_n, hashed.r, hashed.p, hashed.key_length) == (14, 8, 1, 32)
    assert hashed.matches("pässword")
    assert not hashed.matches("passwort")


def test_generate_begins_with_no_dash() -> None:
    made = [password.generate() for _ in range(600)]  # each 64th would
    assert [one for one in made if not one[0].isalnum()] == []


def test_generate_is_long_and_url_safe() -> None:
    made = {password.generate() for _ in range(50)}
    assert len(made) == 50
    assert all(len(one) == 32 and one.replace("-", "").replace("_", "").isalnum() for one in made)
    assert len({password.new_salt() for _ in range(50)}) == 50


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("correct horse battery", []),
        pytest.param(password.generate(), [], id="generated"),
        ("", [("password-empty", "error")]),
        ("sh0rt!", [("password-short", "warning"), ("password-worst", "error")]),
        ("a long password\n", [("password-control", "error")]),
        ("a long\0password", [("password-control", "error")]),
    ],
)
def test_check(value: str, expected: list[tuple[str, str]]) -> None:
    found = password.check(value, "passwords.i@example.com")
    assert [(one.id, one.level) for one in found] == expected
    assert all(not value or value not in str(one) for one in found)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("password1234", ["password-worst"]),
        ("qwertyuiop12", ["password-worst"]),
        ("post@example.com", ["password-worst"]),
        ("summer", ["password-short", "password-worst"]),
        ("Kx7#qvT2!mZ9", []),
        ("seven words that nobody else would think of", []),
        ("x" * 100, []),
    ],
)
def test_the_worst_passwords_are_refused(given: str, expected: list[str]) -> None:
    found = password.check(given, "k", ["post@example.com"])
    assert [one.id for one in found] == expected
    assert given not in str(found)
