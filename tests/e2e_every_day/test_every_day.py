"""docs/every-day.md, typed for both stacks; and what the page's reader may meet besides."""

import json
import re
import time
from collections.abc import Iterator

import pytest

from lab import nodes, plan
from lab.world import receiver
from mail.message.verdict import read
from tests.docs import pages
from tests.docs.newcomer import Newcomer, in_the_lab
from tests.docs.pages import Block
from tests.e2e_every_day.conftest import OWN, SECOND, say

pytestmark = pytest.mark.chaos

PAGE = "docs/every-day.md"
STACKS = (OWN, SECOND)


def for_stack(text: str, stack: str) -> str:
    """Return a page's text as it is for ``stack``; the server is the same one's."""
    return re.sub(r"(?<!smtp\.)tapal\.test", stack, in_the_lab(text))


def walked() -> Iterator[tuple[str, Block, Block | None]]:
    """Yield for each stack each block of commands, and the block that shows what they print."""
    blocks = pages.blocks(PAGE)
    for stack in STACKS:
        for block, following in zip(blocks, [*blocks[1:], None], strict=True):
            if block.language == "sh":
                shown = following if following and following.language == "text" else None
                yield stack, block, shown


@pytest.mark.parametrize(("stack", "block", "shown"), list(walked()), ids=str)
def test_the_page(person: Newcomer, stack: str, block: Block, shown: Block | None) -> None:
    said = say(person, for_stack(block.text, stack))
    remaining = iter(said.splitlines())
    for line in for_stack(shown.text if shown else "", stack).splitlines():
        pattern = re.escape(line.strip()).replace("…", ".*")
        assert any(re.search(pattern, one) for one in remaining), f"{line!r} is not in\n{said}"


@pytest.mark.parametrize("stack", STACKS)
def test_the_test_mail_is_judged_good(person: Newcomer, stack: str) -> None:
    for mailbox, family in ((plan.MAILBOX, "IPv6"), (plan.MAILBOX_V4, "IPv4")):
        said = say(person, f"make testmail STACK={stack} TO={mailbox} ARGS=--json")
        told = json.loads(said[said.index("{") :])
        assert told["taken"] is True
        subject = f"A test mail from {plan.VPS.name} [{told['token']}]"
        verdict = read(receiver.wait_for(mailbox, subject))
        assert verdict.problems() == []
        assert verdict.transport.family == family
        assert [":" in one for one in told["receivers"]] == [family == "IPv6"]


@pytest.mark.parametrize("stack", STACKS)
def test_a_refusal_is_told_and_explained(person: Newcomer, stack: str) -> None:
    said = say(person, f"make testmail STACK={stack} TO=nobody@receiver.test", status=2)
    assert "mx.receiver.test said 550 5.1.1" in said
    assert "There is no such mailbox there." in said
    assert "✗ it was refused" in said
    story = say(person, f"make logs STACK={stack} ADDRESS=nobody@receiver.test")
    assert "the sender was told" in story


@pytest.mark.parametrize("stack", STACKS)
def test_what_waits_shows_in_the_status(person: Newcomer, stack: str) -> None:
    address = f"x@{stack}.invalid"
    command = f"venv/bin/python -m tools.testmail {stack} --to {address}"
    assert "it waits on the server" in say(person, command, status=2)
    said = say(person, f"make status STACK={stack} ARGS=--json")
    told = json.loads(said[said.index("{") :])
    assert {to["address"] for one in told["queue"] for to in one["to"]} == {address}
    assert {one["state"] for one in told["checks"]} == {"ok"}
    if stack == SECOND:
        senders = {one["from"] for one in told["lastMails"]} - {"<>"}
        assert senders == {f"post@{SECOND}"}, "its own domain's alone"


def test_a_stack_that_is_not_named(person: Newcomer) -> None:
    for tool in ("status", "logs", "testmail --to a@b.test", "graph"):
        said = say(person, f"venv/bin/python -m tools.{tool}", status=1)
        assert f"STACK=…; the stacks here are {SECOND}, {OWN}" in said


def test_a_stopped_server_is_found(person: Newcomer) -> None:
    stop = ["systemctl", "stop", "chasquid.service"]
    try:
        assert nodes.run("vps", stop).returncode == 0
        said = say(person, f"make status STACK={OWN}", status=2)
        assert "✗  mail server  chasquid.service: stopped" in said
        assert f"→ make up STACK={OWN}" in said
    finally:
        nodes.run("vps", ["systemctl", "start", "chasquid.service"])


def test_an_old_password_ends_at_once(person: Newcomer) -> None:
    account = f"news@{OWN}"
    before = person.password(account)
    said = say(person, f"make password STACK={OWN} ACCOUNT=news NEW=1 YES=1")
    after = person.password(account)
    assert after != before
    assert after in said
    assert before not in said
    program = (
        "import smtplib,sys;s=smtplib.SMTP_SSL('smtp.tapal.test',465);"
        f"s.login('{account}',sys.argv[1])"
    )
    say(person, f'python3 -c "{program}" {after}')
    assert "535" in say(person, f'python3 -c "{program}" {before}', status=1)
    assert "nothing to do" in say(person, f"make up STACK={OWN}")


def test_the_password_goes_to_no_file(person: Newcomer) -> None:
    said = say(person, f"make password STACK={OWN} >shown; cat shown", status=2)
    assert person.password(f"post@{OWN}") not in said


def test_following_leaves_nothing_behind(person: Newcomer) -> None:
    command = f"timeout --foreground -s INT 6 venv/bin/python -m tools.logs {OWN} --lines 3"
    said = say(person, command, status=124)
    assert "· stopped" in said
    time.sleep(3)
    left = nodes.run("vps", ["pgrep", "-f", "journalctl.*--follow"])
    assert left.stdout == b""
