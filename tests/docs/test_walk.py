"""A newcomer's walk: every command of every page, typed in the order of reading, in a fresh lab.

What the pages show as output must be what was printed. Nothing is run by another way than the page
says, but for the substitutions in `tests.docs.newcomer` and the blocks in `tests.docs.outside`.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
import yaml

from lab import lifecycle, plan
from lab.vps import panel
from lab.world import receiver
from mail.message.verdict import read
from tests.docs import pages
from tests.docs.newcomer import Newcomer, in_the_lab
from tests.docs.outside import reason
from tests.docs.pages import Block
from tests.docs.terminal import Said

STACK = "tapal.test"
# To the first mail: docs/getting-started.md, from its beginning to the command that sends it.
PAGE, SENDS = "docs/getting-started.md", "make testmail"
MOST_COMMANDS, MOST_ANSWERS = 6, 8
# Choosing another place for the state is another person's walk.
OTHER = "docs/state-and-secrets.md"
# Walked by tests/e2e_every_day, for two stacks and as a user without root.
EVERY_DAY = "docs/every-day.md"
LAST = (PAGE, "Remove everything")


def steps() -> list[Block]:
    """Return the blocks in the order of the walk: what removes everything comes last."""
    walked = [block for block in pages.everything() if block.page not in (OTHER, EVERY_DAY)]
    last = [block for block in walked if (block.page, block.heading) == LAST]
    return [block for block in walked if block not in last] + last


class Walk:
    """The newcomer on the way, and what was printed last."""

    def __init__(self, folder: Path) -> None:
        self.newcomer = Newcomer(folder=folder, answers=self._answers)
        self.newcomer.arrive()
        self.said: Said | None = None
        self.stopped: Block | None = None
        self._typed = ""
        self.answers: dict[str, int] = {}

    def go(self, block: Block) -> None:
        """Do what a block says, and see what it shows. What fails ends the walk."""
        assert self.stopped is None, f"the walk ended at {self.stopped}"
        self.stopped = block
        self._go(block)
        self.stopped = None

    def _go(self, block: Block) -> None:
        if reason(block):
            self.said = None
        elif block.language == "text":
            self._compare(block)
        elif block.language == "yaml":
            self._edit(block)
        else:
            self._type(block)

    def _type(self, block: Block) -> None:
        self._typed = in_the_lab(block.text)
        self._in_the_panel()
        said = self._run(block)
        assert said.status == 0, f"{block}\n{self._typed}\n{said.output}"
        self.newcomer.tell_of_the_lab()
        self.answers[str(block)] = said.answers
        self.said = said

    def _run(self, block: Block) -> Said:
        newcomer = self.newcomer
        if block.language == "python":
            account = re.findall(r'login\("([^"]+)"', self._typed)[0]
            secret = f"MAIL_PASSWORD={newcomer.password(account)}"
            return newcomer.run_program(self._typed, secret)
        if block.place == "server":
            return newcomer.type_elsewhere("vps", self._typed)
        if self._typed.startswith("swaks "):  # which is in the world's image alone
            return newcomer.type_elsewhere(
                "world", self._typed, newcomer.password(f"post@{STACK}") + "\n"
            )
        return newcomer.type(self._typed)

    def _in_the_panel(self) -> None:
        """Set reverse DNS, as the page says before it goes on to the password."""
        if self._typed == "make password\n":
            for address in (plan.VPS.ipv4, plan.VPS.ipv6):
                panel.set_pointer(address, plan.VPS.name)

    def _edit(self, block: Block) -> None:
        part = yaml.safe_load(in_the_lab(block.text))
        # Elsewhere, and where they are whole stacks, they are shown and not asked for.
        if block.page == "docs/getting-started.md":
            everywhere = block.heading == LAST[1]
            for stack in (STACK, "second.test") if everywhere else (STACK,):
                self.newcomer.edit(stack, part)

    def _compare(self, block: Block) -> None:
        assert self.said is not None, f"{block}: no command was run before it"
        remaining = iter(self.said.output.splitlines())
        for line in in_the_lab(block.text).splitlines():
            pattern = re.escape(line.strip()).replace("…", ".*")
            found = any(re.search(pattern, printed) for printed in remaining)
            assert found, f"{block}: {line!r} is not in\n{self.said.output}"

    def _answers(self) -> Sequence[tuple[str, str]]:
        asked = [
            (r"send from\?.*>", f"post@{STACK}"),
            (r"token for Cloudflare's API.*>", plan.API_TOKEN),
            (r"server's IP address.*>", f"{plan.VPS.ipv4} {plan.VPS.ipv6}"),
            (r"server's key\?.*>", "y"),
            (r"where you read mail today.*>", plan.MAILBOX),
            (r"value:", plan.API_TOKEN),
            (r"Token:", plan.API_TOKEN),
            (r"(Do this to|Remove all this of) [^?]*\? \[y/N\]", "y"),
            (r"What would you like to do\?[^?]*Skip for now", "Skip"),
            (r"typing `(?P<name>[^`]+)`.*:", r"\g<name>"),
        ]
        if "first_mail.py" in self._typed:
            asked.append((r"Password of .*:", self._password(f"post@{STACK}")))
        return asked

    def _password(self, address: str) -> str:
        typed, self._typed = self._typed, ""
        found = self.newcomer.password(address)
        self._typed = typed
        return found


@pytest.fixture(scope="module")
def lab() -> Iterator[None]:
    with lifecycle.alone():
        lifecycle.reset()
    yield
    with lifecycle.alone():
        lifecycle.down()


@pytest.fixture(scope="module")
def walk(lab: None, tmp_path_factory: pytest.TempPathFactory) -> Walk:  # noqa: ARG001 - up first
    return Walk(tmp_path_factory.mktemp("newcomer"))


@pytest.fixture(scope="module")
def other(lab: None, tmp_path_factory: pytest.TempPathFactory) -> Walk:  # noqa: ARG001 - up first
    return Walk(tmp_path_factory.mktemp("other"))


@pytest.mark.parametrize("block", steps(), ids=str)
def test_step(walk: Walk, block: Block) -> None:
    walk.go(block)


def test_the_first_mail_is_six_commands_away(walk: Walk) -> None:
    blocks = [block for block in pages.blocks(PAGE) if block.language == "sh"]
    [last] = [number for number, one in enumerate(blocks) if one.text.startswith(SENDS)]
    way = blocks[: last + 1]
    commands = [line for block in way for line in block.text.splitlines()]
    assert len(commands) <= MOST_COMMANDS, commands
    answers = {block.text: walk.answers.get(str(block), 0) for block in way}
    assert sum(answers.values()) <= MOST_ANSWERS, answers


def begins(subject: str) -> Callable[[bytes], bool]:
    """Return whether a mail's subject begins so; that of `make testmail` ends in a number."""
    return lambda raw: str(receiver.parse(raw)["Subject"]).startswith(subject)


def test_the_mails_were_judged_good(walk: Walk) -> None:
    assert not walk.stopped
    for subject in (f"A test mail from {plan.VPS.name}", "Your invoice"):
        verdict = read(receiver.wait_for(plan.MAILBOX, begins(subject)))
        assert verdict.problems() == []
        assert [each.result for each in verdict.dkim] == ["pass", "pass"]
        assert verdict.transport.family == "IPv6"


@pytest.mark.parametrize("block", pages.blocks(OTHER), ids=str)
def test_step_of_another_person(other: Walk, block: Block) -> None:
    other.go(block)
