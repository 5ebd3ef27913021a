"""Encoded words (RFC 2047) in a text, decoded in the ways in which programs do it."""

import base64
import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

_WORD = re.compile(r"=\?([^?\s]*)\?([bq])\?([^?]*)\?=", re.IGNORECASE)
_BEGIN = re.compile(r"=\?([^?]*)\?([bq])\?", re.IGNORECASE)
# The character sets that mail uses. Others (Python knows "idna", "unicode_escape") are not tried.
_CHARSET = re.compile(
    r"(utf|us-?ascii|iso|latin|windows|cp|koi8|gb|hz|big5|shift|sjis|euc|ks_?c|mac|tis)[\w.:-]*",
    re.IGNORECASE,
)
_QUOTED = re.compile(rb"=([0-9a-fA-F]{2})")


@dataclass(frozen=True)
class _Word:
    """An encoded word: where it stands, its character set, and its octets."""

    begin: int
    end: int
    charset: str
    data: bytes

    @property
    def text(self) -> str:
        """What it stands for, as well as it can be decoded."""
        charset = self.charset if _CHARSET.fullmatch(self.charset) else "latin-1"
        try:
            return self.data.decode(charset, "replace")
        except (LookupError, ValueError):
            return self.data.decode("latin-1")


def decoded(text: str) -> "set[str]":
    """Return what ``text`` may become when its encoded words are decoded; never raises.

    Programs differ in what may stand within a word, and in whether they put the octets of two
    together before they decode them. There are blanks around each in what is returned, since for
    some it is a word of its own; who puts it to the text beside it must skip them, as
    `mail.gate.readings` does.
    """
    if "=?" not in text:
        return {text}
    found = {text}
    for words in (list(_strict(text)), list(_lenient(text))):
        found |= {_replaced(text, words), _replaced(text, _joined(text, words))}
    return found


def _strict(text: str) -> "Iterator[_Word]":
    """Yield the words that follow the grammar."""
    for found in _WORD.finditer(text):
        yield _word(found, found.group(3), found.end())


def _lenient(text: str) -> "Iterator[_Word]":
    """Yield what stands between any beginning and the next end.

    By hand, since a regular expression takes the square of the length where no end comes.
    """
    position = 0
    while found := _BEGIN.search(text, position):
        end = text.find("?=", found.end())
        if end < 0:
            return
        position = end + 2
        yield _word(found, text[found.end() : end], position)


def _word(found: "re.Match[str]", content: str, end: int) -> _Word:
    raw = content.encode("utf-8", "surrogateescape")
    data = _base64(raw) if found.group(2) in "bB" else _q(raw)
    charset = found.group(1).partition("*")[0].strip().lower()  # RFC 2231 §5: a language after it
    return _Word(begin=found.start(), end=end, charset=charset, data=data)


def _joined(text: str, words: "list[_Word]") -> "list[_Word]":
    """Return ``words`` with those made one that have one character set and only blanks between."""
    kept: list[_Word] = []
    for word in words:
        last = kept[-1] if kept else None
        if last and last.charset == word.charset and not text[last.end : word.begin].strip():
            kept[-1] = replace(last, end=word.end, data=last.data + word.data)
        else:
            kept.append(word)
    return kept


def _replaced(text: str, words: "list[_Word]") -> str:
    parts: list[str] = []
    position = 0
    for word in words:
        parts += [text[position : word.begin], f" {word.text} "]
        position = word.end
    return "".join((*parts, text[position:]))


def _q(raw: bytes) -> bytes:
    return _QUOTED.sub(lambda one: bytes([int(one.group(1), 16)]), raw.replace(b"_", b" "))


def _base64(raw: bytes) -> bytes:
    kept = re.sub(rb"[^A-Za-z0-9+/]", b"", raw)
    kept = kept[: len(kept) - 1] if len(kept) % 4 == 1 else kept
    try:
        return base64.b64decode(kept + b"=" * (-len(kept) % 4))
    except (binascii.Error, ValueError):
        return b""
