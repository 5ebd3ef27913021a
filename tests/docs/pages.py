"""The pages that a user reads, and the blocks of code in them, in the order of reading."""

import re
import textwrap
from dataclasses import dataclass
from pathlib import Path

from lab.paths import REPOSITORY

FIRST = ("README.md", "docs/getting-started.md", "docs/vps.md", "docs/cloudflare.md",
         "docs/sending.md", "docs/spam.md", "docs/pull-requests.md",
         "docs/stack-files.md")  # fmt: skip
LANGUAGES = {
    "sh": "typed on one's own machine; `server`: on the server; `cloud`: needs an account there",
    "python": "a program, run on one's own machine",
    "yaml": "a whole stack (begins with `config:`), or a part of a file that is to be changed so",
    "text": "what the command before it prints; `…` stands for anything",
}
_FENCE = re.compile(r"^(?P<indent> *)```(?P<info>.*)$")
_TRANSLATION = re.compile(r"\.[a-z]{3}\.md$")  # ISO 639-3, as in `getting-started.gom.md`


@dataclass(frozen=True, kw_only=True)
class Block:
    """One fenced block.

    Attributes:
        page: its file, as seen from the repository.
        line: where its fence is.
        heading: the last heading above it.
        language: the fence's first word.
        place: its second one: ``server``, ``cloud``, mostly empty.
        text: without fence and indentation.
    """

    page: str
    line: int
    heading: str
    language: str
    place: str
    text: str

    def __str__(self) -> str:
        """Return where it is."""
        return f"{self.page}:{self.line}"


def pages() -> list[str]:
    """Return all pages: first those in the order in which one reads them, then the others.

    Translations are not among them: their blocks are their original's, and are run once.
    """
    found = [one for one in _names() if not _TRANSLATION.search(one)]
    return [*(one for one in FIRST if one in found), *(one for one in found if one not in FIRST)]


def translations() -> dict[str, str]:
    """Return the page that each translation says in another language."""
    return {one: _TRANSLATION.sub(".md", one) for one in _names() if _TRANSLATION.search(one)}


def _names() -> list[str]:
    files: list[Path] = [REPOSITORY / "README.md", *(REPOSITORY / "docs").glob("*.md")]
    return sorted(path.relative_to(REPOSITORY).as_posix() for path in files)


def blocks(page: str) -> list[Block]:
    """Return the blocks of ``page`` in order."""
    found: list[Block] = []
    heading, opened, lines = "", None, list[str]()
    start = 0
    for number, line in enumerate((REPOSITORY / page).read_text(encoding="utf-8").splitlines(), 1):
        fence = _FENCE.match(line)
        if opened is None and line.startswith("#"):
            heading = line.lstrip("# ")
        elif opened is None and fence:
            opened, lines, start = fence["info"].split(), [], number
        elif opened is not None and fence:
            language, *place = opened or [""]
            text = textwrap.dedent("\n".join(lines)) + "\n"
            found.append(Block(page=page, line=start, heading=heading, language=language,
                               place=" ".join(place), text=text))  # fmt: skip
            opened = None
        elif opened is not None:
            lines.append(line)
    return found


def everything() -> list[Block]:
    """Return the blocks of all pages."""
    return [block for page in pages() for block in blocks(page)]
