"""Text from outside, made harmless where a person reads it."""

import unicodedata


def visible(text: str) -> str:
    """Return ``text`` with what a screen would hide or obey written out; line ends stay."""
    return "".join(map(_visible, text.replace("\r\n", "\n")))


def _visible(character: str) -> str:
    # Cc, Cf, Cs: control characters, direction marks and the like, half a surrogate pair.
    if character in "\n\t" or unicodedata.category(character) not in {"Cc", "Cf", "Cs", "Zl", "Zp"}:
        return character
    return f"\\u{ord(character):04x}"
