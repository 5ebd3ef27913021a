"""The command line of ``make logs``."""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict

from facts import mail_log
from mail.chasquid import log, mails
from settings import stack_file
from tools import on_host, own_stack
from tools.logs.line import line
from tools.logs.story import story
from tools.on_host import FAILURES
from tools.terminal import console

DESCRIPTION = """\
Shows what a stack's mail server does, as it does it, until Ctrl-C. With an address: the story of
the mails from or to it in the last 14 days, each with what the receiver's answers mean.
"""
LINES = 20
MOST = 20  # mails of one address


def main(arguments: Sequence[str]) -> int:
    """Show what is asked for, and return the exit status."""
    asked = _parser().parse_args(arguments)
    try:
        stack = own_stack.named(asked.stack)
        if asked.address:
            return _stories(stack, asked.address.strip(), as_json=asked.json)
        _follow(stack, asked.lines, ends=asked.no_follow, as_json=asked.json)
    except FAILURES as error:
        print(f"✗ {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("· stopped", file=sys.stderr)
    return 0


def _follow(stack: str, lines: int, *, ends: bool, as_json: bool) -> None:
    to, own = console(), _own(stack_file.config(stack))

    def hear(said: str) -> None:
        event = log.event_of(said)
        if event is None or (own is not None and not event.is_about(own)):
            return
        if as_json:
            print(json.dumps(asdict(event), ensure_ascii=False), flush=True)
        else:
            to.print(line(event), soft_wrap=True)

    if ends:
        for said in on_host.run(stack, mail_log.last(lines)).splitlines():
            hear(said)
    else:
        print("· Ctrl-C ends it", file=sys.stderr)
        on_host.follow(on_host.reach(stack), mail_log.following(lines), hear)


def _stories(stack: str, address: str, *, as_json: bool) -> int:
    config = stack_file.config(stack)
    found = mails.gather(log.read(on_host.run(stack, mail_log.of(address)).splitlines()))
    domains = _own(config)
    own = [
        one for one in found
        if _has(one, address) and (domains is None or one.is_about(domains))
    ]  # fmt: skip
    if as_json:
        print(json.dumps([asdict(one) for one in own], indent=2, ensure_ascii=False))
        return 0
    to = console()
    if not own:
        to.print(f"no mail from or to {address} in the last 14 days", markup=False)
        return 1
    if len(own) > MOST:
        to.print(f"the last {MOST} of {len(own)} mails\n")
    for number, mail in enumerate(own[-MOST:]):
        if number:
            to.print()
        signers = own_stack.signers(config, mail.sender.rpartition("@")[2])
        for told in story(mail, signers):
            to.print(told, soft_wrap=True)
    return 0


def _own(config: stack_file.Config) -> frozenset[str] | None:
    """Return whose mail a stack sees: its domains' on another one's server, else everybody's."""
    return None if config.get("tapal:host") else own_stack.domains(config)


def _has(mail: mails.Mail, address: str) -> bool:
    named = (mail.sender, mail.account, *mail.asked, *mail.deliveries)
    return any(address.lower() in one.lower() for one in named)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make logs", description=DESCRIPTION)
    parser.add_argument("stack", metavar="STACK", nargs="?", help="whose server is looked at")
    parser.add_argument("--address", metavar="ADDRESS", help="the story of this one's mails")
    parser.add_argument(
        "--lines", metavar="N", type=int, default=LINES, help="how many to begin with"
    )
    parser.add_argument("--no-follow", action="store_true", help="end after these")
    parser.add_argument("--json", action="store_true", help="as JSON; times in Unix seconds")
    return parser
