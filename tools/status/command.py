"""The command line of ``make status``."""

import argparse
import json
import sys
from collections.abc import Sequence
from typing import Any

from mail.chasquid.mails import Mail
from tools import own_stack
from tools.on_host import FAILURES
from tools.status import reading, table
from tools.status.reading import Status
from tools.terminal import console

DESCRIPTION = """\
Looks at a stack's server over SSH: services, ports, certificate, disk, clock, the queue, and what
became of the last mails. Exit status 1 if something is not well.
"""


def main(arguments: Sequence[str]) -> int:
    """Ask, print the tables or JSON, and return the exit status."""
    asked = _parser().parse_args(arguments)
    try:
        status = reading.ask(own_stack.named(asked.stack))
    except FAILURES as error:
        print(f"✗ {error}", file=sys.stderr)
        return 1
    if asked.json:
        print(json.dumps(told(status), indent=2, ensure_ascii=False))
    else:
        table.show(status, console())
    return int(any(one.state == "bad" for one in status.checks))


def told(status: Status) -> dict[str, Any]:
    """Return ``status`` for a script; times are Unix seconds."""
    return {
        "stack": status.stack,
        "host": status.host,
        "now": status.now,
        "checks": [vars(one) for one in status.checks],
        "queue": [
            {"id": one.id, "from": one.sender, "since": one.since,
             "to": [{"address": to, "lastFailure": why} for to, why in one.recipients]}
            for one in status.waiting
        ],
        "lastMails": [_mail(one) for one in status.last],
        "lastUpdate": {
            key: status.updated.get(key) for key in ("kind", "startTime", "endTime", "result")
        },
    }  # fmt: skip


def _mail(mail: Mail) -> dict[str, Any]:
    return {
        "id": mail.id,
        "time": mail.seen,
        "from": mail.sender,
        "to": [
            {"address": one.recipient, "state": one.state, "answer": one.answer,
             "attempts": len(one.attempts)}
            for one in mail.deliveries.values()
        ],
    }  # fmt: skip


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make status", description=DESCRIPTION)
    parser.add_argument("stack", metavar="STACK", nargs="?", help="whose server is looked at")
    parser.add_argument("--json", action="store_true", help="as JSON; times in Unix seconds")
    return parser
