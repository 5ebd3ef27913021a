"""README.md: its commands are there, and are the ones that the first page walks through."""

import re

from lab.paths import REPOSITORY
from tests.docs import pages

SIX = re.compile(r"^(git clone|make [a-z]+)", re.MULTILINE)


def test_every_target_is_one_of_the_makefile_s() -> None:
    named = set(re.findall(r"`?\bmake ([a-z][a-z-]+)", (REPOSITORY / "README.md").read_text()))
    made = set(re.findall(r"^([a-z-]+):", (REPOSITORY / "Makefile").read_text(), re.MULTILINE))
    assert {"demo", "new", "preview", "up", "password", "testmail"} <= named <= made


def test_the_six_commands_are_those_of_getting_started() -> None:
    [block] = [one for one in pages.blocks("README.md") if one.text.startswith("git clone")]
    six = SIX.findall(block.text)
    assert len(six) == 6
    typed = "\n".join(one.text for one in pages.blocks("docs/getting-started.md"))
    assert [one for one in six if not re.search(rf"^{one}\b", typed, re.MULTILINE)] == []
