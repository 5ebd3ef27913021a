"""The command line of ``make testmail``."""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict

from mail import address
from mail.address import AddressError
from mail.chasquid.mails import Mail
from mail.message.submission import Account, SubmissionError, Timings, submit
from settings import stack_file
from tools import on_host, own_stack, pulumi
from tools.on_host import FAILURES
from tools.password.command import AccountError, account
from tools.terminal import console
from tools.testmail import message, story
from tools.testmail.watch import Watch, watching

DESCRIPTION = """\
Sends one mail from an account of the stack, as a mail program would, and follows it to the
receiver's answer. Exit status: 0 if the receiver took it, 1 if it was refused or could not be
handed in, 2 if it waits and is tried again.
"""
TAKEN, REFUSED, WAITS = 0, 1, 2
READY = 20.0  # seconds until the server's log is listened to


def main(arguments: Sequence[str]) -> int:
    """Send, follow, tell, and return the exit status."""
    asked = _parser().parse_args(arguments)
    try:
        if not asked.to:
            print("✗ name whom it is for: make testmail TO=me@example.net", file=sys.stderr)
            return REFUSED
        return _send(own_stack.named(asked.stack), asked)
    except (*FAILURES, AccountError, AddressError, SubmissionError) as error:
        print(f"✗ {error}", file=sys.stderr)
        return REFUSED
    except KeyboardInterrupt:
        print("· stopped; what the server took goes on its way", file=sys.stderr)
        return WAITS


def _send(stack: str, asked: argparse.Namespace) -> int:
    config = stack_file.config(stack)
    host, to = own_stack.host_name(config), address.mailbox(asked.to)
    passwords = pulumi.passwords(stack)
    sender = account(passwords, asked.account, own_stack.accounts(config))
    mail = message.make(sender, to, host)
    with watching(on_host.reach(stack), asked.seconds + int(READY)) as watch:
        watch.wait_until_ready(READY)
        timings = submit(Account(host=host, user=sender, password=passwords[sender]), mail)
        if not asked.json:
            for line in story.handed_in(mail, host, timings):
                console().print(line, soft_wrap=True)
        found = watch.mail(sender, to, asked.seconds)
    if asked.json:
        print(json.dumps(_told(mail.token, timings, found, watch), indent=2, ensure_ascii=False))
    else:
        _tell(found, own_stack.signers(config, sender.rpartition("@")[2]), watch, stack, to)
    return status(found)


def status(found: Mail | None) -> int:
    """Return the exit status: of several recipients after aliases the worst counts."""
    states = {one.state for one in found.deliveries.values()} if found else set()
    if "refused" in states:
        return REFUSED
    return TAKEN if states == {"sent"} else WAITS


def _tell(found: Mail | None, signers: str, watch: Watch, stack: str, to: str) -> None:
    out = console()
    if found is None:
        out.print("  !  the server's log does not tell of it yet", style="yellow")
    else:
        for line in story.followed(found, signers, watch.addresses):
            out.print(line, soft_wrap=True)
    after = {
        TAKEN: "✓ the receiver took it. Look whether it is in the inbox, and at its source "
        "(docs/spam.md, step 1)",
        REFUSED: "✗ it was refused",
        WAITS: f"! it waits on the server and is tried again. Later: make logs STACK={stack} "
        f"ADDRESS={to}",
    }
    out.print(after[status(found)], style="bold", markup=False, soft_wrap=True)


def _told(token: str, timings: Timings, found: Mail | None, watch: Watch) -> dict[str, object]:
    return {
        "token": token,
        "submission": asdict(timings),
        "mail": asdict(found) if found else None,
        "receivers": watch.addresses,
        "taken": status(found) == TAKEN,
    }


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make testmail", description=DESCRIPTION)
    parser.add_argument("stack", metavar="STACK", nargs="?", help="whose account sends it")
    parser.add_argument("--to", metavar="ADDRESS", help="whom it is for")
    parser.add_argument("--account", metavar="ACCOUNT", help="who sends; the first one if left out")
    parser.add_argument(
        "--seconds", metavar="N", type=int, default=90, help="how long to follow it"
    )
    parser.add_argument("--json", action="store_true", help="as JSON; times in Unix seconds")
    return parser
