"""A person at a terminal: what is asked, with a way back, and what is told."""

import textwrap
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.text import Text

from mail.finding import Finding

BACK = "<"
NO = "no"  # a default that decides nothing
MARKS = {"✓": "bold green", "✗": "bold red", "·": "dim"}


class BackError(Exception):
    """The person wants to answer the question before once more."""


class Terminal:
    """A conversation.

    Attributes:
        asked: how many answers were given.
    """

    def __init__(self, console: Console) -> None:
        self._console = console
        self.asked = 0

    def ask(self, title: str, *lines: str, default: str = "", hidden: bool = False) -> str:
        """Return what a person answers to a question, or ``default`` if that is nothing.

        Args:
            title: the question, in a few words.
            lines: what explains it.
            default: what Enter means.
            hidden: whether the answer is not shown.

        Raises:
            BackError: the question before is to be asked again.
            EOFError: there is nobody any more.
        """
        self._console.print()
        self._console.print(Text(title, style="bold cyan"))
        for line in lines:
            self._console.print(Text(f"  {line}", style="dim"), soft_wrap=True)
        prompt = Text(f"  [{default}] > " if default else "  > ")
        answer = self._console.input(prompt, password=hidden).strip() or default
        if answer == BACK:
            raise BackError
        self.asked += 1
        return answer

    def show(self, text: str) -> None:
        """Show ``text``; a mark at the beginning of a line has its colour."""
        for line in self._wrapped(text):
            shown = Text(line)
            mark = line.lstrip()[:1]
            if mark in MARKS:
                place = line.index(mark)
                shown.stylize(MARKS[mark], place, place + 1)
            self._console.print(shown, soft_wrap=True)

    def _wrapped(self, text: str) -> Iterator[str]:
        """Yield the lines of ``text``; sentences are wrapped, commands are not."""
        for line in text.splitlines():
            bare = line.lstrip()
            if self._console.is_terminal and bare[:1] in MARKS:
                inside = " " * (len(line) - len(bare) + 2)
                yield from textwrap.wrap(
                    line,
                    self._console.width,
                    subsequent_indent=inside,
                    break_long_words=False,
                    break_on_hyphens=False,
                )
            else:
                yield line

    def wrong(self, findings: Sequence[Finding]) -> None:
        """Show why an answer is not taken: the reason and the cure, without the setting's path."""
        for one in findings:
            self.show(f"  ✗ {one.reason}\n    cure: {one.cure}")

    @contextmanager
    def working(self, what: str) -> Iterator[None]:
        """Show ``what`` is under way, for as long as it is."""
        if not self._console.is_terminal:
            yield
            return
        with self._console.status(f"{what} …"):
            yield


class NobodyError(Exception):
    """Something must be asked, and nobody is there; the message says what."""


class Nobody(Terminal):
    """No terminal: a question is answered by what Enter would mean, or ends the run."""

    def ask(self, title: str, *lines: str, default: str = "", hidden: bool = False) -> str:
        """Return ``default``.

        Raises:
            NobodyError: there is none.
        """
        del lines, hidden
        if default and default != NO:
            return default
        raise NobodyError(f"{title} Nobody is there to answer: python -m tools.new_stack --help")
