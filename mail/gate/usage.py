"""Prints what accounts send, as JSON, for ``make users``; run as root.

    python3 -m mail.gate.usage

It reads the policy and the gate's record (`mail.gate.ledger`), and changes neither. An account of
which there is no record has sent nothing.
"""

import contextlib
import json
import sqlite3
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from mail.gate import store
from mail.gate.account import Account
from mail.gate.database import NAME
from mail.gate.policy import Policy
from mail.gate.quota import DAY, KEYS, MINUTE, Minute, Window

STATE = Path("/var/lib/private/tapal-gate")
HOUR = 60 * MINUTE
Row = Mapping[str, object]


def main() -> int:
    """Print the use of every account."""
    now = time.time()
    try:
        policy = store.load(store.FOLDER)
    except store.PolicyError as error:
        print(error, file=sys.stderr)
        return 1
    print(json.dumps({"now": now, "accounts": usage(policy, STATE / NAME, now)}))
    return 0


def usage(policy: Policy, database: Path, now: float) -> "list[Row]":
    """Return what each account of ``policy`` sends, in the order of their names.

    Times are Unix seconds, 0 for never.
    """
    kept = _kept(database)
    named = {one.name: one for domain in policy.domains for one in domain.accounts.values()}
    return [
        _row(named[name], policy, kept.get(name, (0.0, 0.0, [])), now) for name in sorted(named)
    ]


def _row(
    account: Account, policy: Policy, kept: "tuple[float, float, list[Minute]]", now: float
) -> Row:
    last, denied, minutes = kept
    window = Window(minutes)
    window.look(now)
    limits = policy.limits.with_changes(account.limits)
    return {
        "account": account.name,
        "mailsInMinute": window.since(now - MINUTE).mails,
        "mailsInHour": window.since(now - HOUR).mails,
        "mailsInDay": window.since(now - DAY).mails,
        "recipientsInDay": window.recipients,
        "strangersInDay": window.strangers,
        "lastMail": last,
        "denied": account.denied,
        "isBeingDenied": bool(denied) and not account.denied,
        "limits": {key: getattr(limits, name) for key, name in KEYS.items()},
    }


def _kept(path: Path) -> "dict[str, tuple[float, float, list[Minute]]]":
    """Return for each account when its last mail went, since when it is denied, what it sent."""
    if not path.exists():
        return {}
    with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
        database.execute("PRAGMA trusted_schema = OFF")  # the file is written by one with no rights
        query = "SELECT name, last, CASE WHEN confirmed THEN 0 ELSE denied END, id FROM account"
        accounts = database.execute(query).fetchall()
        query = "SELECT minute, mails, recipients, strangers FROM sent WHERE account = ?"
        return {
            name: (last, denied, [Minute(*row) for row in database.execute(query, (number,))])
            for name, last, denied, number in accounts
        }


if __name__ == "__main__":
    sys.exit(main())
