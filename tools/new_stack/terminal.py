"""Asks a person at a terminal; each answer is checked by the rules before the next question."""

from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from mail import finding
from mail.finding import Finding
from tools.new_stack import host_key, page
from tools.new_stack.host_key import HostKeyError
from tools.new_stack.question import Answers, Question, one, unknown
from tools.new_stack.questions import QUESTIONS

_AGAIN = "      cure: answer anew; with another address, stop by Ctrl-C and begin again"
_NAMES = frozenset(question.name for question in QUESTIONS)


class Terminal:
    """A conversation; it ends with every question answered, or with EOFError."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def ask(self, answers: Answers) -> dict[str, tuple[str, ...]]:
        """Return ``answers`` with all that was missing; a host key to be fetched is fetched."""
        complete = self._right(answers)
        wish = one(complete, "host_key")
        if wish and not host_key.is_complete(wish):
            del complete["host_key"]
        while remaining := unknown(QUESTIONS, complete):
            question = remaining[0]
            if not question.asked:
                complete[question.name] = question.split(question.default(complete))
                continue
            told = wish if question.name == "host_key" else ""
            complete[question.name] = self._answer(question, complete, told)
        return complete

    def _right(self, given: Answers) -> dict[str, tuple[str, ...]]:
        """Return the valid ones of ``given``; the others are shown, and are asked for again."""
        right = {name: words for name, words in given.items() if name not in _NAMES}
        for question in (each for each in QUESTIONS if each.name in given):
            words = given[question.name]
            fetch = question.name == "host_key" and not host_key.is_complete(one(given, "host_key"))
            if not fetch and (wrong := wrong_with(question, words, right)):
                self.show(_reasons(wrong))
            else:
                right[question.name] = words
        return right

    def show(self, text: str) -> None:
        """Show ``text`` as it is."""
        self._console.print(Text(text), soft_wrap=True)

    def _answer(self, question: Question, answers: Answers, told: str) -> tuple[str, ...]:
        """Return a valid answer; ``told`` is the first one to try."""
        default = question.default(answers)
        prompt = f"{question.text} [{default}]: " if default else f"{question.text}: "
        while True:
            words, told = question.split(told or self._input(prompt) or default), ""
            if words and question.name == "host_key" and not host_key.is_complete(words[0]):
                words = self._fetched(words[0], answers)
            elif not words and not question.optional:
                self.show("  ✗ this one is needed")
            elif wrong := wrong_with(question, words, answers):
                self.show(_reasons(wrong))
                continue
            if words or question.optional:
                return words

    def _fetched(self, answer: str, answers: Answers) -> tuple[str, ...]:
        """Return the server's key if it can be fetched and is the right one, else nothing."""
        try:
            address, port = one(answers, "ipv4"), one(answers, "ssh_port")
            if host_key.wish(answer) != host_key.SCAN:
                return (host_key.known(answer, address, port),)
            key = host_key.scan(address, port)
        except HostKeyError as error:
            self.show(f"  ✗ {error}\n{_AGAIN}")
            return ()
        self.show(comparison(key))
        same = self._input("Is it the same? [y/N] ").lower() in ("y", "yes")
        if same:
            return (key,)
        self.show(f"  ✗ then it is not taken: is {address} really your server?\n{_AGAIN}")
        return ()

    def _input(self, prompt: str) -> str:
        return self._console.input(Text(prompt)).strip()


def wrong_with(question: Question, answer: Sequence[str], answers: Answers) -> list[Finding]:
    """Return what the program would refuse in one answer, whatever the missing ones will be."""
    trial = {**answers, question.name: tuple(answer)}
    for other in unknown(QUESTIONS, trial):
        default = other.default(trial) or other.sample
        trial[other.name] = other.split(default)
    return [each for each in page.problems(trial) if question.about(each.key)]


def comparison(key: str) -> str:
    """Return a text that shows ``key``, and how a person finds out whether it is the right one."""
    return (
        f"  The server shows this key:  {key}\n"
        f"  Its fingerprint:            {host_key.fingerprint(key)}\n"
        "  Anybody on the way could have sent it. In the provider's console (not over SSH) type\n"
        "    ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub\n"
        "  and compare the fingerprint that it prints with the one above."
    )


def _reasons(findings: Sequence[Finding]) -> str:
    return finding.render(findings).replace("  - ", "  ✗ ")
