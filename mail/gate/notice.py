"""The mail that tells the server's postmaster of an account that went over its limits."""

import textwrap
import time

from mail.gate.ledger import Entry
from mail.gate.over import utc
from mail.gate.policy import Policy
from mail.gate.quota import KEYS, Limits

_UNIT = {
    "perMinute": "mails a minute",
    "recipientsPerDay": "recipients in 24 hours",
    "strangersPerDay": "recipients in 24 hours that it had never written to before",
}
WIDTH = 78


def address(policy: Policy) -> str:
    """Return where notices go: to the postmaster of the server's own name."""
    return f"postmaster@{policy.host}"


def compose(entry: Entry, limits: Limits, policy: Policy, now: float) -> bytes:
    """Return the mail about an account, lines ending in LF.

    Args:
        entry: What is known of it.
        limits: What it may send.
        policy: Where it is sent from and to.
        now: The time.
    """
    what = "is denied" if entry.denied else "is over its limit"
    sender = address(policy)
    lines = [
        f"From: Mail gate <{sender}>",
        f"To: {policy.postmaster or sender}",
        f"Subject: {_ascii(entry.name)} {what}",
        f"Date: {_date(now)}",
        f"Message-ID: <{int(now)}.{entry.id}.gate@{policy.host}>",
        "Auto-Submitted: auto-generated",
        "MIME-Version: 1.0",
        "Content-Type: text/plain; charset=utf-8",
        "Content-Transfer-Encoding: 8bit",
        "",
        *_text(entry, limits, policy, now),
    ]
    return ("\n".join(lines) + "\n").encode()


def _text(entry: Entry, limits: Limits, policy: Policy, now: float) -> "list[str]":
    most = getattr(limits, KEYS[entry.key])
    address, _, port = entry.client.rpartition(":")
    used = entry.window.since(now - 24 * 3600)
    first = (
        f"{entry.name} wanted to send more than it may: its limit is {most} {_UNIT[entry.key]} "
        f"({entry.key}). Its mail beyond that was not taken, since {utc(entry.episode)}. "
        f"The last try came from {address.strip('[]')}, port {port}. In the last 24 hours it sent "
        f"{used.mails} mails to {used.recipients} recipients, {used.strangers} of them new."
    )
    paragraphs = [first, _DENIED if entry.denied else _GOES_ON]
    return [
        *(line for one in paragraphs for line in (*_wrapped(one), "")),
        "If you do not know why, somebody else may have the password. Give the account",
        "a new one, in the folder of the stack that its domain is in:",
        "",
        "    pulumi config set --stack … --secret tapal:passwords \\",
        f'      \'{{"{entry.name}": "a new password"}}\'',
        "    make up STACK=…",
        "",
        *(["That gives it back, too.", ""] if entry.denied else []),
        "If it is right that it sends so much, raise the limit in the stack's file, and",
        "make up:",
        "",
        *_lines(entry, most),
        "",
        "What each account sends: make users STACK=…",
        "",
        f"-- \nThe mail gate of {policy.host}",
    ]


_DENIED = (
    "Since it went on and on, the account is denied: it cannot log in any more, its connections "
    "were cut, and none of its mail is taken. Mail of it that was taken before may still wait for "
    "delivery: see chasquid's queue."
)
_GOES_ON = (
    "The account still sends what is within its limits. If it goes on to try much more, it will be "
    "denied. There is no further mail about this until it has kept to its limits for an hour, "
    "unless it is denied."
)


def _date(now: float) -> str:
    # Not by `email.utils`, which takes longer to import than all else of the gate.
    return time.strftime("%a, %d %b %Y %H:%M:%S +0000", time.gmtime(now))


def _lines(entry: Entry, most: int) -> "list[str]":
    local, _, domain = entry.name.partition("@")
    return [
        "    tapal:domains:",
        f"      - name: {domain}",
        "        limits:",
        f"          {local}: {{{entry.key}: {2 * most}}}",
    ]


def _wrapped(text: str) -> "list[str]":
    return textwrap.wrap(text, WIDTH, break_long_words=False, break_on_hyphens=False)


def _ascii(name: str) -> str:
    return name if name.isascii() else name.encode("ascii", "backslashreplace").decode()
