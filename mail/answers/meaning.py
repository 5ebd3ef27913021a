"""What an answer means, and what one can do: the entry of `answers.toml` that fits it closest."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

from mail.answers.answer import Answer

TABLE = Path(__file__).with_name("answers.toml")
Whose = Literal["ours", "theirs", "recipient", "wait"]


@dataclass(frozen=True, kw_only=True)
class Meaning:
    """What one answer means.

    Attributes:
        means: in a sentence.
        cure: what to do.
        whose: who can do it: the sender's side, the receiver's, whoever wrote the address, or
            nobody, since it passes by itself.
        source: who says so.
        who: the receiver that it holds for; empty for all.
        codes: enhanced codes, or codes; empty if the words decide.
        words: what the answer has, in lower case; empty if the codes decide.
    """

    means: str
    cure: str
    whose: Whose
    source: str
    who: str = ""
    codes: Sequence[str] = ()
    words: Sequence[str] = ()

    def holds(self, answer: Answer, who: str) -> bool:
        """Return whether this is about ``answer`` of the receiver ``who``."""
        if self.who and self.who != who:
            return False
        if self.words and not any(one in answer.said.lower() for one in self.words):
            return False
        return not self.codes or any(_same(one, answer) for one in self.codes)


def explain(answer: Answer) -> Meaning:
    """Return what ``answer`` means; a general word if the table has none for it."""
    who = receiver(answer)
    found = [one for one in table() if one.holds(answer, who)]
    # A receiver's own meaning before the general one; words and a code before either alone.
    best = max(found, key=lambda one: _closeness(one, answer), default=None)
    return best or _general(answer)


def receiver(answer: Answer) -> str:
    """Return which of the receivers in the table answered; empty for any other."""
    name = answer.server.lower()
    for who, servers in _receivers().items():
        if any(name == one or name.endswith(f".{one}") for one in servers):
            return who
    return ""


@cache
def table() -> Sequence[Meaning]:
    """Return all entries.

    Raises:
        TypeError: an entry has a key that there is not, or lacks one.
    """
    return [Meaning(**entry) for entry in _document()["answer"]]


@cache
def _document() -> Mapping[str, Any]:
    return tomllib.loads(TABLE.read_text(encoding="utf-8"))


@cache
def _receivers() -> Mapping[str, Sequence[str]]:
    return {one["who"]: one["servers"] for one in _document()["receiver"]}


def _same(code: str, answer: Answer) -> bool:
    if code.startswith("x."):  # for 4 and for 5: RFC 3463 gives both the same subject
        return answer.enhanced[1:] == code[1:]
    return code in (answer.enhanced, str(answer.code))


def _closeness(one: Meaning, answer: Answer) -> tuple[bool, bool, bool]:
    exact = any(code.count(".") == 2 and _same(code, answer) for code in one.codes)
    return (bool(one.who), bool(one.words), exact)


def _general(answer: Answer) -> Meaning:
    if 200 <= answer.code < 300:
        return Meaning(means="The receiver took the mail.", cure="", whose="wait",
                       source="RFC 5321 §4.2.1")  # fmt: skip
    if answer.code >= 500:
        return Meaning(
            means="The receiver refuses the mail for good.",
            cure="read its words; they are the receiver's own",
            whose="theirs",
            source="RFC 5321 §4.2.1",
        )
    return Meaning(
        means="It did not work this time.",
        cure="nothing: the server tries again by itself",
        whose="wait",
        source="RFC 5321 §4.5.4.1",
    )
