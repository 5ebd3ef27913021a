"""Text that others sent, made safe to show: nothing in it moves a cursor or turns a line round."""

MARK = "\N{REPLACEMENT CHARACTER}"


def printable(text: str) -> str:
    """Return ``text`` on one line, with a mark for each control character.

    Characters without a look of their own (Unicode's Cc and Cf, bidirectional overrides among
    them) are not printable; line ends and tabs become blanks.
    """
    if text.isprintable():
        return text
    return "".join(
        one if one.isprintable() else " " if one in "\r\n\t" else MARK
        for one in text.replace("\r\n", "\n")
    )
