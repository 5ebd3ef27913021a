"""Names of domains as the gate compares them.

A name from outside is taken for ours in every form in which a program could show or resolve it as
ours: letters of any case or width, ideographic full stops, characters that IDNA drops, U-labels
and A-labels (RFC 5891, UTS 46). To permit, only the spellings that the policy names count.
"""

import re
import unicodedata
from functools import lru_cache

_ENCODED = re.compile(r"xn--([a-z0-9-]+)")
_BEYOND = re.compile(r"[^\x00-\x7f]")
_STOPS = str.maketrans({"\u3002": ".", "\uff61": ".", "\uff0e": ".", "\u2024": "."})
# Marks that IDNA ignores (UTS 46 "ignored") and that are not of category Cf.
_IGNORED = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0]")
LONGEST_LABEL = 63


def exact(name: str) -> str:
    """Return ``name`` in lower case (NFC): two that differ may still be the same domain."""
    return name.lower() if name.isascii() else unicodedata.normalize("NFC", name).lower()


def loose(name: str) -> str:
    """Return the one form of all spellings of a domain that some program takes for the same."""
    if name.isascii() and "--" not in name:
        return name.lower().strip(".")
    return _loose(name)


def read_as(name: str) -> list[str]:
    """Return the `loose` names that programs read where ``name`` is written.

    One that does not know international names ends it before the first character beyond ASCII.
    """
    if name.isascii():
        return [loose(name)]
    return [loose(name), loose(_BEYOND.split(name, maxsplit=1)[0])]


def text(value: str) -> str:
    """Return any text with the names within it in their `loose` form."""
    folded = _folded(value)
    return _folded(_ENCODED.sub(_decoded, folded)) if "xn--" in folded else folded


def is_below(name: str, parent: str) -> bool:
    """Return whether ``name`` is ``parent`` or lies below it."""
    return name == parent or name.endswith("." + parent)


def parents(name: str) -> list[str]:
    """Return the names above ``name`` that have two labels at least, the nearest first."""
    labels = name.split(".")
    return [".".join(labels[index:]) for index in range(1, len(labels) - 1)]


@lru_cache(maxsize=256)
def _loose(name: str) -> str:
    return text(name).strip(".")


def _folded(value: str) -> str:
    if value.isascii():
        return value.lower()
    kept = "".join(char for char in value if unicodedata.category(char) != "Cf")
    kept = _IGNORED.sub("", kept).translate(_STOPS)
    return unicodedata.normalize("NFKC", kept).casefold()


def _decoded(found: "re.Match[str]") -> str:
    label = found.group(1)
    if len(label) > LONGEST_LABEL:
        return found.group()
    try:
        return label.encode("ascii").decode("punycode")
    except ValueError:
        return found.group()
