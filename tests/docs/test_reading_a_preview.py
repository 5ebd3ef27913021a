"""The page on previews shows what a preview really prints."""

from pathlib import Path

from lab.paths import REPOSITORY
from tests.tools.changes.test_terminal import GOLDEN

PAGE = REPOSITORY / "docs/reading-a-preview.md"


def test_what_the_page_shows_is_printed() -> None:
    printed = {line for file in sorted(GOLDEN.glob("*-80.txt")) for line in lines(file)}
    shown = [line[4:] for line in lines(PAGE) if line.startswith("    ")]
    assert len(shown) > 8
    assert [line for line in shown if line not in printed] == []


def lines(file: Path) -> list[str]:
    return file.read_text(encoding="utf-8").splitlines()
