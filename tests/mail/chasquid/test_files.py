"""chasquid's files: the real chasquid reads what we render."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mail import dkim, password
from mail.address import AddressError, account
from mail.chasquid import files
from mail.password import Scrypt, scrypt
from tests.mail.conftest import Util

SALT = bytes(range(16))


def fake(salt: bytes = SALT, encrypted: bytes = b"\x00" * 32) -> Scrypt:
    return Scrypt(log_n=14, r=8, p=1, key_length=32, salt=salt, encrypted=encrypted)


def test_package_is_recent_enough(chasquid_folder: Path) -> None:
    version = chasquid_folder.name.removeprefix("chasquid-")
    assert [int(p) for p in version.split(".")] >= [
        int(p) for p in files.MINIMUM_VERSION.split(".")
    ]


def test_conf_is_what_chasquid_understands(util: Util, tmp_path: Path) -> None:
    text = files.conf(files.Config(hostname="smtp.example.com", monitoring="127.0.0.1:1099"))
    (tmp_path / "chasquid.conf").write_text(text)
    shown = util("print-config")
    assert shown.returncode == 0, shown.stderr
    plain = " ".join(shown.stdout.split())
    for setting in (
        'hostname: "smtp.example.com"',
        "max_data_size_mb: 50",
        "max_queue_items: 1000",
        'give_up_send_after: "120h"',
        'smtp_address: "systemd"',
        'submission_address: "systemd"',
        'submission_over_tls_address: "systemd"',
        'monitoring_address: "127.0.0.1:1099"',
        'mail_delivery_agent_bin: "/bin/sh"',
        'mail_delivery_agent_args: "-c"',
        'suffix_separators: "+"',
        'drop_characters: "."',
        'mail_log_path: "<stdout>"',
    ):
        assert setting in plain
    assert "%from%" not in plain  # the default arguments are gone, not added to


def test_conf_lists_explicit_addresses() -> None:
    text = files.conf(files.Config(hostname="h.test", smtp=[":25", "[::1]:2525"]))
    assert 'smtp_address: ":25"\nsmtp_address: "[::1]:2525"\n' in text
    assert "monitoring_address" not in text


def test_users_authenticate(util: Util, tmp_path: Path) -> None:
    secrets = {"I": "correct horse", "nüws": 'quote " and \\ and ü', "a.b": "p" * 200}
    directory = tmp_path / "domains/example.com"
    directory.mkdir(parents=True)
    hashed = {name: scrypt(secret, password.new_salt()) for name, secret in secrets.items()}
    (directory / "users").write_text(files.users(hashed))
    loaded = util("check-userdb", "example.com")
    assert loaded.returncode == 0, loaded.stdout + loaded.stderr
    for name, secret in secrets.items():
        address = f"{name}@example.com"
        right = util("authenticate", address, f"--password={secret}")
        assert right.returncode == 0, (address, right.stdout, right.stderr)
        assert util("authenticate", address, f"--password={secret}x").returncode == 1


def test_salt_arrives_byte_for_byte(util: Util, tmp_path: Path) -> None:
    """Each control byte before a digit, which a shorter escape would swallow."""
    directory = tmp_path / "domains/example.com"
    directory.mkdir(parents=True)
    salts = [bytes([*range(n, n + 8)]) + b"01234567" for n in (0, 8, 16, 24, 127, 248)]
    salts.append(b"\0001\0012\0073\x1f4\x7f5\n6\"7\\8'9\xff")
    hashed = {f"u{number}": scrypt("secret", salt) for number, salt in enumerate(salts)}
    hashed["mixed"] = scrypt("secret", bytes(byte for n in range(8) for byte in (n, 0x30 + n)))
    (directory / "users").write_text(files.users(hashed))
    for name in hashed:
        assert util("authenticate", f"{name}@example.com", "--password=secret").returncode == 0


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    hashes=st.dictionaries(
        st.text("abcdefghijklmnopqrstuvwxyzéü0123456789-_", min_size=1, max_size=20),
        st.builds(fake, st.binary(min_size=16, max_size=16), st.binary(min_size=32, max_size=32)),
        min_size=1,
        max_size=6,
    )
)
def test_any_salt_and_hash_is_readable(
    util: Util, tmp_path: Path, hashes: dict[str, Scrypt]
) -> None:
    directory = tmp_path / "domains/example.com"
    directory.mkdir(parents=True, exist_ok=True)
    names = {account(name) for name in hashes}
    (directory / "users").write_text(files.users(hashes))
    loaded = util("check-userdb", "example.com")
    assert f"({len(names)} users)" in loaded.stdout, loaded.stdout + loaded.stderr


def test_users_come_in_stable_order() -> None:
    forth = files.users({"b": fake(), "a": fake()})
    back = files.users({"a": fake(), "B": fake()})
    assert forth == back
    assert forth.isascii()
    assert forth.index('"a"') < forth.index('"b"')


def test_users_of_nobody_is_a_valid_file(util: Util, tmp_path: Path) -> None:
    directory = tmp_path / "domains/example.com"
    directory.mkdir(parents=True)
    (directory / "users").write_text(files.users({}))
    assert "(0 users)" in util("check-userdb", "example.com").stdout


@pytest.mark.parametrize("name", ["a b", "a@b.test", "", "a+b", "#x", "x:y"])
def test_names_chasquid_cannot_serve_are_refused(name: str) -> None:
    with pytest.raises(AddressError):
        files.users({name: fake()})


def test_aliases_are_sorted_one_per_line() -> None:
    text = files.aliases({"News": ["a@x.test", "b"], "*": ["me@y.test"], "empty": []})
    assert text.splitlines()[1:] == ["*: me@y.test", "news: a@x.test, b"]
    assert text.startswith("#")
    assert text.endswith("\n")


def test_paths() -> None:
    assert files.users_path("Example.com") == "/etc/chasquid/domains/example.com/users"
    assert files.dkim_path("example.com", "2026a").endswith("/example.com/dkim:2026a.pem")


@pytest.mark.parametrize("algorithm", dkim.ALGORITHMS)
def test_chasquid_reads_our_dkim_key(util: Util, tmp_path: Path, algorithm: str) -> None:
    pem = dkim.generate(algorithm)
    path = tmp_path / "key.pem"
    path.write_text(pem)
    shown = util("dkim-dns", "example.com", "2026a", str(path))
    assert shown.returncode == 0, shown.stdout + shown.stderr
    record = dkim.record(pem)
    assert record.partition("p=")[2] in shown.stdout.replace('"', "").replace(" ", "")
    assert dkim.record_name("2026a", "example.com") in shown.stdout
