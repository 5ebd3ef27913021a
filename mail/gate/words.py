"""Encoded words (RFC 2047) in a text, decoded in the ways in which programs do it."""

import base64
import binascii
import re

_WORD = re.compile(r"=\?([^?\s]*)\?([bq])\?([^?]*)\?=", re.IGNORECASE)
_BEGIN = re.compile(r"=\?([^?]*)\?([bq])\?", re.IGNORECASE)
_BETWEEN = re.compile(r"(\?=)\s+(=\?)")
# The character sets that mail uses. Others (Python knows "idna", "unicode_escape") are not tried.
_CHARSET = re.compile(
    r"(utf|us-?ascii|iso|latin|windows|cp|koi8|gb|hz|big5|shift|sjis|euc|ks_?c|mac|tis)[\w.:-]*",
    re.IGNORECASE,
)
_QUOTED = re.compile(rb"=([0-9a-fA-F]{2})")


def decoded(text: str) -> "set[str]":
    """Return what ``text`` may become when its encoded words are decoded; never raises.

    Programs differ in what may stand within a word, and in whether it is put apart from the text
    around it.
    """
    if "=?" not in text:
        return {text}
    joined = _BETWEEN.sub(r"\1\2", text)
    found = {text}
    for around in ("", " "):
        found |= {_strict(joined, around), _lenient(joined, around)}
    return found


def _strict(text: str, around: str) -> str:
    """Return ``text`` with those words decoded that follow the grammar."""
    return _WORD.sub(lambda found: f"{around}{_word(*found.groups())}{around}", text)


def _lenient(text: str, around: str) -> str:
    """Return ``text`` with words decoded from any beginning to the next end.

    By hand, since a regular expression takes the square of the length where no end comes.
    """
    parts: list[str] = []
    position = 0
    while found := _BEGIN.search(text, position):
        end = text.find("?=", found.end())
        if end < 0:
            break
        word = _word(found.group(1), found.group(2), text[found.end() : end])
        parts += [text[position : found.start()], around, word, around]
        position = end + 2
    return "".join((*parts, text[position:]))


def _word(charset: str, encoding: str, content: str) -> str:
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
