"""Encoded words (RFC 2047) in a text, decoded as the most lenient program would."""

import base64
import binascii
import re

_WORD = re.compile(r"=\?([^?]*)\?([bq])\?(.*?)\?=", re.IGNORECASE | re.DOTALL)
_BETWEEN = re.compile(r"(\?=)\s+(=\?)")
# The character sets that mail uses. Others (Python knows "idna", "unicode_escape") are not tried.
_CHARSET = re.compile(
    r"(utf|us-?ascii|iso|latin|windows|cp|koi8|gb|hz|big5|shift|sjis|euc|ks_?c|mac|tis)[\w.:-]*",
    re.IGNORECASE,
)
_QUOTED = re.compile(rb"=([0-9a-fA-F]{2})")


def decoded(text: str, *, apart: bool = False) -> str:
    """Return ``text`` with each encoded word replaced by what it stands for; never raises.

    ``apart`` puts blanks around each, as programs do that take it for a word of its own.
    """
    if "=?" not in text:
        return text
    around = " " if apart else ""
    return _WORD.sub(lambda found: f"{around}{_word(found)}{around}", _BETWEEN.sub(r"\1\2", text))


def _word(found: "re.Match[str]") -> str:
    charset, encoding, content = found.groups()
    raw = content.encode("utf-8", "surrogateescape")
    data = _base64(raw) if encoding in "bB" else _q(raw)
    charset = charset.partition("*")[0].strip()  # RFC 2231 §5 puts a language after it
    try:
        return data.decode(charset if _CHARSET.fullmatch(charset) else "latin-1", "replace")
    except (LookupError, ValueError):
        return data.decode("latin-1")


def _q(raw: bytes) -> bytes:
    return _QUOTED.sub(lambda one: bytes([int(one.group(1), 16)]), raw.replace(b"_", b" "))


def _base64(raw: bytes) -> bytes:
    kept = re.sub(rb"[^A-Za-z0-9+/]", b"", raw)
    kept = kept[: len(kept) - 1] if len(kept) % 4 == 1 else kept
    try:
        return base64.b64decode(kept + b"=" * (-len(kept) % 4))
    except (binascii.Error, ValueError):
        return b""
