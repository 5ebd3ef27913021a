"""TXT quoting: exactly 255 bytes, and back."""

import dns.rdata
import pytest
from dns.rdtypes.ANY.TXT import TXT
from hypothesis import given
from hypothesis import strategies as st

from mail import txt


@pytest.mark.parametrize(
    ("value", "content"),
    [
        ("", '""'),
        ("v=spf1 -all", '"v=spf1 -all"'),
        ('say "hi"', '"say \\"hi\\""'),
        ("back\\slash", '"back\\\\slash"'),
        ("é", '"\\195\\169"'),
        ("a" * 255, '"' + "a" * 255 + '"'),
        ("a" * 256, '"' + "a" * 255 + '" "a"'),
        ("a" * 511, '"' + "a" * 255 + '" "' + "a" * 255 + '" "a"'),
        ('"' * 256, '"' + '\\"' * 255 + '" "\\""'),
    ],
)
def test_quote(value: str, content: str) -> None:
    assert txt.quote(value) == content
    assert txt.unquote(content) == value


@pytest.mark.parametrize(
    ("content", "value"),
    [
        ("v=spf1 -all", "v=spf1 -all"),  # as people type it into the panel
        ('"a" "b"', "ab"),
        ('"a"  "b" ', "ab"),
        ('"v=spf1 a""\\032-all"', "v=spf1 a -all"),  # needs no space between, as in BIND's files
        ('"\\097\\"\\\\"', 'a"\\'),
    ],
)
def test_unquote(content: str, value: str) -> None:
    assert txt.unquote(content) == value


@pytest.mark.parametrize("content", ['"a', '"a" b', '"a"b"', '"\\300"'])
def test_unquote_refuses(content: str) -> None:
    with pytest.raises(ValueError, match="TXT"):
        txt.unquote(content)


@given(st.text())
def test_round_trip(value: str) -> None:
    try:
        value.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return
    assert txt.unquote(txt.quote(value)).encode("utf-8", "surrogateescape") == value.encode(
        "utf-8", "surrogateescape"
    )


@given(st.binary(max_size=1200))
def test_dnspython_reads_the_same_bytes(data: bytes) -> None:
    value = data.decode("utf-8", "surrogateescape")
    rdata = dns.rdata.from_text("IN", "TXT", txt.quote(value))
    assert isinstance(rdata, TXT)
    assert b"".join(rdata.strings) == data
    assert {len(chunk) for chunk in list(rdata.strings)[:-1]} <= {255}


def test_same_ignores_quoting_and_cutting() -> None:
    assert txt.same('"v=DKIM1; " "p=abc"', "v=DKIM1; p=abc")
    assert not txt.same('"v=DKIM1; p=abd"', "v=DKIM1; p=abc")
