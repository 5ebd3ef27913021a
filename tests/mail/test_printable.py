"""What others sent is shown without what it could do to a terminal."""

import pytest

from mail.printable import printable


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain, ä, 邮件, ✓", "plain, ä, 邮件, ✓"),
        ("\x1b[2Jgone", "�[2Jgone"),
        ("a\r\nb\tc\nd", "a b c d"),
        ("moc.elpmaxe\u202e@", "moc.elpmaxe�@"),
        ("zero\u200bwidth", "zero�width"),
        ("\x9b31m", "�31m"),
        ("", ""),
    ],
)
def test_printable(text: str, shown: str) -> None:
    assert printable(text) == shown
    assert printable(text).isprintable()
