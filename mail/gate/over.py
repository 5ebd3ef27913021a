"""Which limit a mail would go over, and what is said of it."""

import math
import time
from dataclasses import dataclass

from mail.gate.quota import Limits, Minute, Window

DENIED = (
    "is denied, since it went on sending when it was over its limits; the server's postmaster "
    "gives it back"
)


@dataclass(frozen=True)
class Over:
    """A limit that a mail would go over.

    Attributes:
        key: Its name in the stack's file.
        reason: What the client is told after the account's name, with the time when it ends.
    """

    key: str
    reason: str


def never(sent: Minute, limits: Limits) -> str:
    """Return why a mail can never be sent under ``limits``, or nothing."""
    if sent.recipients > limits.recipients_per_day:
        most = f"{limits.recipients_per_day} recipients a day (recipientsPerDay)"
        return f"may write to {most}, and this mail has {sent.recipients}"
    if sent.strangers > limits.strangers_per_day:
        most = f"{limits.strangers_per_day} new recipients a day (strangersPerDay)"
        return f"may write to {most}, and this mail has {sent.strangers}"
    return ""


def find(window: Window, sent: Minute, limits: Limits, free: float, now: float) -> "Over | None":
    """Return the limit that one more mail would go over.

    Args:
        window: What the account sent in the last day.
        sent: The mail.
        limits: Of the account.
        free: When the next mail may go, by its rate.
        now: The time.
    """
    days = (
        ("recipientsPerDay", "recipients", limits.recipients_per_day, window.recipients),
        ("strangersPerDay", "strangers", limits.strangers_per_day, window.strangers),
    )
    for key, what, most, used in days:
        more = getattr(sent, what)
        if used + more > most:
            kind = "new recipients" if what == "strangers" else what
            ends = utc(window.free(most, more, what))
            text = f"may write to {most} {kind} a day ({key}), {used} are used up"
            return Over(key, f"{text}; room for {more} more at {ends}")
    if free > now:
        text = f"may send {limits.per_minute} mails a minute (perMinute), {limits.burst} at once"
        return Over("perMinute", f"{text} (burst); the next one at {utc(free)}")
    return None


def utc(moment: float) -> str:
    """Return a time as people and programs read it, the full second after it."""
    return time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(math.ceil(moment)))
