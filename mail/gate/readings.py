"""All readings of a line on which programs differ.

A line that does not follow the grammar is read by each program in its own way: one drops comments,
one stops at them; one decodes words before it looks for addresses, another after. `all_of` gives
every text that one of them could see. Whoever looks for a name in all of them misses none.
"""

import re
from collections.abc import Iterator

from mail.gate import names, words

_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_BLANK = re.compile(r"\s+")
_QUOTED = re.compile(r'"[^"]*"')
_MARKS = str.maketrans("", "", "\"\\'<>[]")


def all_of(text: str) -> set[str]:
    """Return the readings of ``text``, their names in `names.loose` form."""
    found: set[str] = set()
    for decoded in words.decoded(text):
        for whole in _without_comments(decoded):
            for bare in {whole, whole.translate(_MARKS), _QUOTED.sub("", whole)}:
                # Some programs skip a control character, others end the address there.
                found.add(_CONTROL.sub(" ", bare))
                found.add(_BLANK.sub("", _CONTROL.sub("", bare)))
                found.add(_BLANK.sub("", _CONTROL.sub(",", bare)))
    return {names.text(one) for one in found}


def _without_comments(text: str) -> Iterator[str]:
    yield text
    if "(" not in text:
        return
    for quotes in (True, False):
        kept = _outside(text, quotes=quotes)
        yield "".join(kept)
        yield " ".join(kept)


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
