"""What the journal's lines say, and what nobody can make them say."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mail.door import line, source
from mail.door.line import Entry, Event

TIME = "2026-11-25 20:25:02.811187 "


def entry(message: str, unit: str = line.CHASQUID, identifier: str = "chasquid") -> Entry:
    return Entry(at=7.0, unit=unit, identifier=identifier, message=message)


@pytest.mark.parametrize(
    ("message", "what", "who"),
    [
        (f"{TIME}198.51.100.25:39941 auth failed for i@tapal.test", line.FAILED, "198.51.100.25"),
        ("198.51.100.25:39941 auth failed for i@tapal.test", line.FAILED, "198.51.100.25"),
        (f"{TIME}[2001:db8:100::25]:1 auth failed for @", line.FAILED, "2001:db8:100::"),
        (f"{TIME}[2001:db8:1:2:3:4:5:6]:1 auth failed for @", line.FAILED, "2001:db8:1:2::"),
        (f"{TIME}[fe80::1%eth0]:587 auth failed for i@a", line.FAILED, "fe80::"),
        (f"{TIME}[::ffff:203.0.113.7]:5 auth failed for i@a", line.FAILED, "203.0.113.7"),
        (f"{TIME}198.51.100.25:3 auth succeeded for i@a", line.LOGGED_IN, "198.51.100.25"),
        (
            f"{TIME}hbNhUNOI-R4 from=x@a.test queued ip=198.51.100.25:53 to=[i@tapal.test]",
            line.MAILED,
            "198.51.100.25",
        ),
        (f"{TIME}aZ_9 from= queued ip=[2001:db8::9]:53 to=[i@b]", line.MAILED, "2001:db8::"),
    ],
)
def test_of_chasquid(message: str, what: str, who: str) -> None:
    assert line.read(entry(message)) == Event(what, who, 7.0)


@pytest.mark.parametrize(
    "message",
    [
        "_ conn.go:320  SMTP.Conn 198.51.100.25:39941: error: AUTH failed: 535  5.7.8 Incorrect",
        f"{TIME}203.0.113.9:1 rejected from=1.2.3.4:5 auth failed for x to=[] - no",
        f"{TIME}hbN from=x queued 1.2.3.4:5 auth failed for x",
        f"{TIME}hbN from=x to=1.2.3.4:5 auth failed for x failed: queued ip=1.2.3.4:5 to=",
        f" {TIME}1.2.3.4:5 auth failed for x",
        f"{TIME}1.2.3.4 auth failed for x",
        f"{TIME}1.2.3.400:5 auth failed for x",
        f"{TIME}host.example:5 auth failed for x",
        "",
    ],
)
def test_what_only_looks_like_it(message: str) -> None:
    assert line.read(entry(message)) is None


@given(words=st.text(max_size=80), after=st.sampled_from(["auth failed for", "auth succeeded for"]))
def test_a_clients_words_blame_nobody_else(words: str, after: str) -> None:
    """Only whoever connected is blamed, whatever he calls himself."""
    found = line.read(entry(f"{TIME}203.0.113.9:1 {after} {words} 1.2.3.4:5 auth failed for x"))
    assert found is not None
    assert found.source == "203.0.113.9"


SSH = "Accepted publickey for root from 198.51.100.130 port 43210 ssh2: ED25519 SHA256:abc"


@pytest.mark.parametrize("identifier", ["sshd", "sshd-session"])
def test_of_sshd(identifier: str) -> None:
    found = line.read(entry(SSH, "ssh.service", identifier))
    assert found == Event(line.OPERATOR, "198.51.100.130", 7.0)


@pytest.mark.parametrize(
    "message",
    [
        "Failed password for root from 198.51.100.130 port 43210 ssh2",
        "Invalid user Accepted publickey for root from 198.51.100.130 port 43210 ssh2",
        "Accepted publickey for root",
    ],
)
def test_of_sshd_what_is_no_login(message: str) -> None:
    assert line.read(entry(message, "ssh.service", "sshd")) is None


def test_one_service_does_not_speak_for_another() -> None:
    assert line.read(entry(SSH)) is None
    failed = "198.51.100.25:39941 auth failed for i@tapal.test"
    assert line.read(entry(failed, "ssh.service", "sshd")) is None
    assert line.read(entry(failed, "cron.service", "chasquid")) is None


def test_who_is_let_in_again() -> None:
    found = line.read(entry("free 2001:db8::77", "", line.STATUS))
    assert found == Event(line.FREED, "2001:db8::", 7.0)
    assert line.read(entry("free 2001:db8::77 and more", "", line.STATUS)) is None


@given(st.ip_addresses())
def test_a_source_is_its_own_source(address: object) -> None:
    who = source.of(str(address))
    assert who is not None
    assert source.of(who) == who
    assert source.overlaps(who, str(address)) or str(address).startswith("::ffff:")
