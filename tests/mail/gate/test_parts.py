"""The parts of the gate that other parts rest on."""

import pytest

from mail.gate import authors, envelope, headers, results, verdict, words
from mail.gate.envelope import EnvelopeError
from tests.mail.gate.world import HOST, Mail, decide

CASES = [
    b"",
    b"\n",
    b"\r\n",
    b"A: b",
    b"A: b\n",
    b"A: b\n\n",
    b"A: b\r\n\r\nc",
    b"A: b\n c\n\nd\n\n",
]

ENDS = [-1, 0, 0, -1, -1, 5, 6, 8]


@pytest.mark.parametrize(("data", "end"), [*zip(CASES, ENDS, strict=True)], ids=map(repr, CASES))
def test_where_a_head_ends(data: bytes, end: int) -> None:
    assert headers.end(data) == end


@pytest.mark.parametrize("data", CASES, ids=repr)
def test_a_head_that_comes_octet_by_octet_ends_at_the_same_place(data: bytes) -> None:
    found = -1
    for count in range(len(data)):
        found = headers.end(data[: count + 1], count)
        if found >= 0:
            break
    assert found == headers.end(data)


def test_a_head_without_end_is_not_read_for_ever() -> None:
    data = b"A: b\n" * headers.LONGEST_HEAD
    assert headers.end(data) < 0
    assert "longer" in headers.read(data).fault


def test_results_are_read_as_chasquid_writes_them() -> None:
    mail = Mail(data=b"From: x@y.example\n\n", spf="pass", dkim=["a.example", "List.Example"])
    signed = results.signed_by(headers.read(mail.stdin), HOST)
    assert signed == {"a.example", "list.example"}


@pytest.mark.parametrize(
    "change",
    [
        (b"smtp.a.example\r", b"smtp.b.example\r"),
        (b"smtp.a.example\r", b"smtp.a.example.b.example\r"),
        (b"smtp.a.example\r", b"smtp.a.example (x)\r"),
        (b"dkim=pass", b"dkim=fail"),
        (b"dkim=pass", b"x-dkim=pass"),
        (b"dkim=pass", b"dkim=passed"),
        (b"header.d", b"header.i"),
        (b"\t;dkim", b"\tdkim"),
        (b"header.d=a.example", b'header.d="a.example"'),
        (b"header.d=a.example", b"header.d=a.example(x"),
        (b"header.d=a.example", b"header.d=a.example;x=y"),
        (b"header.d=a.example", b"reason=x header.d=a.example"),
        (b"Authentication-Results", b"X-Authentication-Results"),
        (b"Authentication-Results", b"X: y\nAuthentication-Results"),
    ],
)
def test_nothing_else_is_taken_for_a_result(change: tuple[bytes, bytes]) -> None:
    data = Mail(data=b"From: x@y.example\n\n", spf="pass", dkim=["a.example"]).stdin
    assert results.signed_by(headers.read(data), HOST) == {"a.example"}
    assert change[0] in data
    assert not results.signed_by(headers.read(data.replace(*change)), HOST)


def test_no_head_has_no_results() -> None:
    assert not results.signed_by(headers.read(b""), HOST)


@pytest.mark.parametrize(
    ("value", "mailboxes"),
    [
        ("i@a.example", ["i@a.example"]),
        (' "i"@a.example', ["i@a.example"]),
        ('"i j"@a.example', ['"i j"@a.example']),
        ('"Lee, Anna" <a.l@b.example>, (x) c@d.example (y)', ["a.l@b.example", "c@d.example"]),
        ("[x] Q. P. < i@a.example >\t", ["i@a.example"]),
        ('"\\"x\\" <y@z>" <i@a.example>', ["i@a.example"]),
        ("ü@ü.example", ["ü@ü.example"]),
        ("i@[192.0.2.1]", ["i@[192.0.2.1]"]),
        ("i@localhost", ["i@localhost"]),
    ],
)
def test_who_is_named(value: str, mailboxes: list[str]) -> None:
    found = authors.read(value.encode())
    assert [str(one) for one in found.mailboxes] == mailboxes
    assert not found.fault


@pytest.mark.parametrize(
    "value",
    [
        *("", " ", ",", "i", "i@", "@a.example", "i@a.example,", ",i@a.example", "<>", "a:b@c.d;"),
        *("i@a.example,,k@a.example", "i@a.example k@a.example", "x, y <i@a.example>"),
        *("i@a..example", "i@.example", "i@a.example.", ".i@a.example", "i.@a.example", "i@-a"),
        *("i@a@b", "i @a", "i@ a", "i@a (x@y)", "i@a ((x))", '"i', "<i@a", "i@a>", "i@a\\"),
        *('"i@a"@b', "=?utf-8?q?i?=@a", "i@=?utf-8?q?a?=", "i@a\0", "i\t\x0b@a", "i＠a", "i@a，b"),
    ],
)
def test_whatever_is_read_in_more_than_one_way_is_a_fault(value: str) -> None:
    found = authors.read(value.encode())
    assert found.fault
    assert not found.mailboxes


@pytest.mark.parametrize("charset", ["idna", "punycode", "unicode-escape", "rot13", "none", ""])
def test_what_is_not_a_character_set_of_mail_is_read_as_it_stands(charset: str) -> None:
    """Some of Python's codecs cost the square of the length, or mean something else."""
    assert f" i@{charset}\\x41-a " in words.decoded(f"=?{charset}?q?i=40{charset}\\x41-a?=")


def test_the_environment_is_read() -> None:
    block = b"AUTH_AS=\0MAIL_FROM=\xc3\xbc=@x.example\0RCPT_TO=a@b c@d\0"
    block += b"SPF_PASS=1\0REMOTE_ADDR=[::1]:25\0"
    found = envelope.read(envelope.variables(block))
    assert found == envelope.Envelope(
        account="",
        sender="ü=@x.example",
        recipients=("a@b", "c@d"),
        spf=True,
        client="[::1]:25",
    )


@pytest.mark.parametrize("gone", ["AUTH_AS", "MAIL_FROM"])
def test_an_environment_that_is_not_chasquids_is_an_error(gone: str) -> None:
    environment = {"AUTH_AS": "", "MAIL_FROM": "<>"}
    assert envelope.read(environment).sender == ""
    del environment[gone]
    with pytest.raises(EnvelopeError, match=gone):
        envelope.read(environment)


def test_an_empty_sender_is_not_the_null_sender() -> None:
    with pytest.raises(EnvelopeError, match="MAIL_FROM"):
        envelope.read({"AUTH_AS": "", "MAIL_FROM": ""})


@pytest.mark.parametrize("account", ["new@a.example", "i@new.example", "x"])
def test_an_account_that_the_policy_does_not_know_yet_waits(account: str) -> None:
    found = decide(Mail(data=b"From: i@a.example\n\n", account=account))
    assert found.status == verdict.LATER
    assert account in found.reason


def test_a_reason_is_one_line_of_ascii() -> None:
    found = decide(Mail(data=b"From: i@a.example\n\n", account="\u00fc\n\x00" + "x" * 999))
    assert found.reason.isascii()
    assert found.reason.isprintable()
    assert len(found.reason) == 400
