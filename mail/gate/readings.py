"""All readings of a line on which programs differ.

A line that does not follow the grammar is read by each program in its own way: one drops comments,
one stops at them; one decodes words before it looks for addresses, another after; one skips blanks,
quotes and control characters, another ends the address there. `find` looks for a name of ours in
all of these, so whoever could read it in the line, it is found.
"""

import re
from collections.abc import Iterable, Iterator

from mail.gate import names, words

# What stands between the characters of an address for some programs, and ends it for others.
_JUNK = "\x00-\x20\x7f-\x9f\u2028\u2029\"'\\\\<>\\[\\]"
_SKIPPED = re.compile(f"[{_JUNK}]+")
_QUOTED = re.compile(r'"[^"]*"')
_GAP = "\0"  # where a comment or a quoted string was: junk as well


class Wanted:
    """A name to be found: alone, or with all names below it."""

    def __init__(self, name: str, *, below: bool) -> None:
        self.name = name
        spaced = f"[{_JUNK}]*".join(map(re.escape, name))
        before = r"(?<![\w-])" if below else r"(?<![\w.-])"
        # ASCII: a letter beyond it ends a name for a program that knows no international ones.
        self.pattern = re.compile(rf"{before}{spaced}(?![\w-]|\.\w)", re.ASCII)


def find(text: str, wanted: Iterable[Wanted]) -> str:
    """Return the name that some program could read in an address within ``text``, or nothing."""
    for reading in all_of(text):
        at = reading.find("@")
        if at < 0:
            continue
        squeezed = _SKIPPED.sub("", reading)
        for one in wanted:
            if one.name in squeezed and one.pattern.search(reading, at):
                return one.name
    return ""


def all_of(text: str) -> set[str]:
    """Return the readings of ``text``, their names in `names.loose` form, junk left within."""
    found: set[str] = set()
    for decoded in words.decoded(text):
        for bare in _without_comments(decoded):
            found |= {bare, _QUOTED.sub(_GAP, bare)}
    return {names.text(one) for one in found}


def _without_comments(text: str) -> Iterator[str]:
    yield text
    if "(" in text:
        yield _GAP.join(_outside(text, quotes=True))
        yield _GAP.join(_outside(text, quotes=False))


def _outside(text: str, *, quotes: bool) -> list[str]:
    """Return the parts of ``text`` that are not in a comment; ``quotes`` may hide one."""
    kept, depth, begin, index, quoted = [], 0, 0, 0, False
    while index < len(text):
        char = text[index]
        if char == "\\":
            index += 1
        elif char == '"' and quotes and not depth:
            quoted = not quoted
        elif char == "(" and not quoted:
            if not depth:
                kept.append(text[begin:index])
            depth += 1
        elif char == ")" and depth:
            depth -= 1
            begin = index + 1
        index += 1
    return kept if depth else [*kept, text[begin:]]
