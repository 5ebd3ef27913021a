"""What a person who makes a new stack is asked; each question is a flag as well."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

Answers = Mapping[str, tuple[str, ...]]
"""The answers by the questions' names; one that was left empty is an empty tuple."""


def one(answers: Answers, name: str) -> str:
    """Return the only answer to ``name``, empty if there is none."""
    return next(iter(answers.get(name, ())), "")


def _always(_: Answers) -> bool:
    return True


def _nothing(_: Answers) -> str:
    return ""


@dataclass(frozen=True, kw_only=True)
class Question:
    """One thing that a stack's file needs to know.

    Attributes:
        name: of the answer; with hyphens, of the flag.
        key: the setting it becomes; findings about that are about the answer.
        text: what a person reads, both when asked and in ``--help``.
        sample: a valid answer, for checks of the others while this one is not known yet.
        default: what is taken if nothing is said, from the answers so far.
        applies: whether it has a place in the stack at all, from the answers so far.
        optional: it may stay empty.
        many: it takes several answers.
    """

    name: str
    key: str
    text: str
    sample: str = ""
    default: Callable[[Answers], str] = _nothing
    applies: Callable[[Answers], bool] = _always
    optional: bool = False
    many: bool = False

    @property
    def flag(self) -> str:
        """Return the flag that answers it."""
        return "--" + self.name.replace("_", "-")

    def about(self, key: str) -> bool:
        """Return whether a finding's ``key`` is about the answer."""
        return key == self.key or key.startswith((f"{self.key}.", f"{self.key}["))

    def split(self, text: str) -> tuple[str, ...]:
        """Return the answers that ``text`` holds, separated by commas if `many`.

        A space is no separator: whoever writes `Post Master` means one account.
        """
        words = text.split(",") if self.many else [text]
        return tuple(word.strip() for word in words if word.strip())


def unknown(questions: Iterable[Question], answers: Answers) -> list[Question]:
    """Return the questions that still need an answer."""
    return [each for each in questions if each.name not in answers and each.applies(answers)]
