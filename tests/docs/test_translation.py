"""A translated page says what its original says: same blocks, headings, links and code, in order.

So whatever is run or held of the original is true of the translation, and a change in one that is
not made in the other is seen here.
"""

import re
from dataclasses import dataclass

import pytest

from lab.paths import REPOSITORY
from tests.docs import pages

BOTH = list(pages.translations().items())
_FENCED = re.compile(r"^ *```.*?^ *```$", re.MULTILINE | re.DOTALL)
_HEADING = re.compile(r"^(#+) (\d+\. )?", re.MULTILINE)
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_CODE = re.compile(r"`([^`\n]+)`")
_LETTERS = {"gom": re.compile(r"[\u0900-\u0963]")}  # what a language is written in


@dataclass(frozen=True, kw_only=True)
class Section:
    """What stands below one heading, without the fenced blocks.

    Attributes:
        level: how many ``#``, and the number if the heading has one.
        paragraphs: the heading first.
    """

    level: tuple[str, ...]
    paragraphs: list[str]

    @property
    def items(self) -> int:
        """How many items of lists there are."""
        return sum(len(re.findall(r"^- ", one, re.MULTILINE)) for one in self.paragraphs)

    @property
    def code(self) -> set[str]:
        """What is set as code within the text."""
        return {code for one in self.paragraphs for code in _CODE.findall(one)}


def text(page: str) -> str:
    """Return a page without its fenced blocks."""
    return _FENCED.sub("", (REPOSITORY / page).read_text(encoding="utf-8"))


def sections(page: str) -> list[Section]:
    """Return the sections of a page."""
    parts = re.split(r"^(?=#+ )", text(page), flags=re.MULTILINE)
    return [Section(level=_HEADING.findall(part)[0],
                    paragraphs=[one for one in re.split(r"\n\s*\n", part.strip()) if one])
            for part in parts if part.strip()]  # fmt: skip


def test_there_is_a_translation() -> None:
    assert pages.translations() == {"docs/getting-started.gom.md": "docs/getting-started.md"}


@pytest.mark.parametrize(("page", "original"), BOTH)
def test_the_blocks_are_the_original_s(page: str, original: str) -> None:
    assert [(one.language, one.place, one.text) for one in pages.blocks(page)] == [
        (one.language, one.place, one.text) for one in pages.blocks(original)
    ]


@pytest.mark.parametrize(("page", "original"), BOTH)
def test_headings_have_the_same_levels_and_numbers(page: str, original: str) -> None:
    assert [one.level for one in sections(page)] == [one.level for one in sections(original)]


@pytest.mark.parametrize(("page", "original"), BOTH)
def test_nothing_is_left_out_or_added(page: str, original: str) -> None:
    for ours, theirs in zip(sections(page), sections(original), strict=True):
        where = ours.paragraphs[0]
        assert len(ours.paragraphs) == len(theirs.paragraphs), where
        assert ours.items == theirs.items, where
        assert ours.code == theirs.code, where


@pytest.mark.parametrize(("page", "original"), BOTH)
def test_links_lead_to_the_same_places(page: str, original: str) -> None:
    ours, theirs = _LINK.findall(text(page)), _LINK.findall(text(original))
    assert ours.pop(0) == original.removeprefix("docs/"), "first of all, to the original"
    assert theirs.pop(0) == page.removeprefix("docs/"), "first of all, to the translation"
    assert ours == theirs


@pytest.mark.parametrize("page", pages.translations())
def test_every_paragraph_is_translated(page: str) -> None:
    language = page.split(".")[-2]
    for section in sections(page):
        for paragraph in section.paragraphs:
            assert _LETTERS[language].search(paragraph), paragraph
