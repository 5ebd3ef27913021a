"""Composed mails."""

from email import message_from_bytes, policy
from email.utils import parsedate_to_datetime

import pytest

from mail.address import AddressError
from mail.message.compose import compose


def test_compose() -> None:
    mail = compose("I@Example.com", ["you@x.test", "me@y.test"], "hello", "one\ntwo\n")
    read = message_from_bytes(mail.content, policy=policy.default)
    assert read["From"] == "i@example.com"
    assert read["To"] == "you@x.test, me@y.test"
    assert read["Subject"] == f"hello [{mail.token}]"
    assert read["Message-ID"] == mail.message_id
    assert mail.message_id.endswith("@example.com>")
    assert parsedate_to_datetime(str(read["Date"])).utcoffset() is not None
    assert [name for name, _ in read.items()].count("Date") == 1
    assert read.get_content().splitlines() == ["one", "two"]
    assert b"\n" not in mail.content.replace(b"\r\n", b"")
    assert (mail.sender, mail.recipients) == ("i@example.com", ("you@x.test", "me@y.test"))


def test_every_mail_has_its_own_token() -> None:
    one, two = (compose("i@a.test", ["x@b.test"], "s", "t") for _ in range(2))
    assert one.token != two.token
    assert one.message_id != two.message_id
    assert compose("i@a.test", ["x@b.test"], "s", "t", token="mine").token == "mine"


def test_bad_input_is_refused() -> None:
    with pytest.raises(AddressError):
        compose("nobody", ["x@b.test"], "s", "t")
    with pytest.raises(AddressError):
        compose("i@a.test", ["x@b.test\r\nBcc: y@c.test"], "s", "t")
    with pytest.raises(ValueError, match="recipient"):
        compose("i@a.test", [], "s", "t")
    with pytest.raises(ValueError, match="linefeed"):
        compose("i@a.test", ["x@b.test"], "s\r\nBcc: y@c.test", "t")


def test_text_beyond_ascii_survives() -> None:
    mail = compose("i@a.test", ["x@b.test"], "टपाल", "ड" * 500)
    read = message_from_bytes(mail.content, policy=policy.default)
    assert str(read["Subject"]).startswith("टपाल")
    assert read.get_content().strip() == "ड" * 500
    assert all(len(line) < 998 for line in mail.content.split(b"\r\n"))
