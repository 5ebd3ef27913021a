"""Receivers' answers as chasquid's log quotes them."""

import pytest

from mail.answers import answer
from mail.answers.answer import Answer

LAST = "all mail servers failed temporarily, last error: "
CASES = [
    (
        r'mx.b.test.: MAIL/RCPT failed: 550 "5.1.1 <x@b.test>: unknown in table"',
        Answer(server="mx.b.test", code=550, enhanced="5.1.1",
               said="<x@b.test>: unknown in table"),
    ),
    (
        r'mx.google.com.: DATA failed: 550 "5.7.26 It is blocked.\n5.7.26 SPF\n5.7.26 "',
        Answer(server="mx.google.com", code=550, enhanced="5.7.26",
               said="It is blocked. SPF"),
    ),
    (
        LAST + r'mx.b.test.: DATA failed: 451 "4.7.500 Server busy (\"S77714\")"',
        Answer(server="mx.b.test", code=451, enhanced="4.7.500", said='Server busy ("S77714")'),
    ),
    (
        LAST + "mx.b.test.: connection failed: dial tcp [2001:db8:100::25]:25: i/o timeout",
        Answer(server="mx.b.test", said="connection failed: dial tcp [2001:db8:100::25]:25: "
               "i/o timeout", address="2001:db8:100::25"),
    ),
    ("MAIL+RCPT 550 5.1.1 no such user", Answer(code=550, enhanced="5.1.1", said="no such user")),
    ("DATA closing 554 no", Answer(code=554, said="no")),
    ("mx.b.test.: 192.0.2.250 it is", Answer(server="mx.b.test", said="192.0.2.250 it is")),
    ("", Answer()),
]  # fmt: skip


@pytest.mark.parametrize(("text", "read"), CASES)
def test_read(text: str, read: Answer) -> None:
    assert answer.read(text) == read


def test_an_earlier_version_that_reached_nobody() -> None:
    found = answer.read(
        "all MXs returned transient failures (last: Could not dial: dial tcp 192.0.2.25:25: "
        "connect: connection refused)"
    )
    assert (found.code, found.address) == (0, "192.0.2.25")


def test_both_codes_as_one_writes_them() -> None:
    assert answer.read("MAIL+RCPT 550 5.1.1 no").codes == "550 5.1.1"
    assert answer.read("DATA closing 554 no").codes == "554"
    assert answer.read("no such host").codes == ""
