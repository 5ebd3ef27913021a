"""How much an account may send, and whether one more mail is within it: counted, nothing stored.

Mails a minute are measured by the generic cell rate algorithm (ITU-T I.371 §A): in no span of time
go more than ``burst`` mails and what the rate gives for the span. Recipients and strangers of a day
are summed over the last 24 hours in steps of a minute, never short of them.

All times are Unix seconds by the host's clock, which may be set back: what seems to come from the
future counts as of now, so that no account is shut for longer than the limit itself would do.
"""

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

MINUTE = 60
DAY = 24 * 60 * MINUTE
_ROUNDING = 1e-3  # seconds


@dataclass(frozen=True)
class Limits:
    """What an account may send; the names in the policy's files are those of the stack's file.

    Attributes:
        per_minute: Mails a minute, in the long run (``perMinute``).
        burst: Mails at once (``burst``).
        recipients_per_day: Recipients of all mails in 24 hours (``recipientsPerDay``).
        strangers_per_day: Those of them that it never wrote to before (``strangersPerDay``).
    """

    per_minute: int = 60
    burst: int = 20
    recipients_per_day: int = 500
    strangers_per_day: int = 100

    @property
    def interval(self) -> float:
        """Seconds between two mails in the long run."""
        return MINUTE / self.per_minute

    def with_changes(self, changes: Mapping[str, int]) -> "Limits":
        """Return these limits with those that ``changes`` names in the policy's words."""
        if not changes:
            return self
        known = {KEYS[key]: value for key, value in changes.items() if key in KEYS}
        return replace(self, **known)


DEFAULT = Limits()
KEYS = {
    "perMinute": "per_minute",
    "burst": "burst",
    "recipientsPerDay": "recipients_per_day",
    "strangersPerDay": "strangers_per_day",
}
"""The limits' names in the policy's files, and here."""


def rate(tat: float, now: float, limits: Limits) -> "tuple[float, float]":
    """Return when the next mail may go, and the state after one that goes now.

    Args:
        tat: The state: the theoretical arrival time, 0 at first.
        now: The time.
        limits: Of the account.
    """
    most = limits.burst * limits.interval
    # So far ahead it never runs: the clock was set back, or the limit was raised. Begin anew.
    begin = now if tat > now + most + _ROUNDING else max(tat, now)
    after = begin + limits.interval
    return after - most, after


@dataclass(frozen=True)
class Minute:
    """What an account sent within a minute.

    Attributes:
        begin: When the minute began, a whole multiple of 60.
        mails: How many mails.
        recipients: How many recipients they had.
        strangers: How many of them it had never written to before.
    """

    begin: int
    mails: int = 0
    recipients: int = 0
    strangers: int = 0

    def plus(self, other: "Minute") -> "Minute":
        """Return this minute with the counts of another one added."""
        return Minute(
            self.begin,
            self.mails + other.mails,
            self.recipients + other.recipients,
            self.strangers + other.strangers,
        )


def minute_of(now: float) -> int:
    """Return when the minute began that ``now`` lies in."""
    return int(now // MINUTE) * MINUTE


class Window:
    """What an account sent in the last 24 hours, at least."""

    def __init__(self, minutes: Iterable[Minute] = ()) -> None:
        self._minutes: deque[Minute] = deque(sorted(minutes, key=lambda one: one.begin))
        self._sum = Minute(0)
        for one in self._minutes:
            self._sum = self._sum.plus(one)

    @property
    def recipients(self) -> int:
        """Recipients in the window, as of the last look at the clock."""
        return self._sum.recipients

    @property
    def strangers(self) -> int:
        """Strangers in the window, as of the last look at the clock."""
        return self._sum.strangers

    def look(self, now: float) -> bool:
        """Forget what is older than a day; return whether the clock was set back."""
        present = minute_of(now)
        # A minute counts until all of it is a day old.
        while self._minutes and self._minutes[0].begin + MINUTE + DAY <= now:
            gone = self._minutes.popleft()
            self._sum = self._sum.plus(_negative(gone))
        if not self._minutes or self._minutes[-1].begin <= present:
            return False
        whole = Minute(present)
        while self._minutes and self._minutes[-1].begin >= present:
            whole = whole.plus(self._minutes.pop())
        self._minutes.append(whole)
        return True

    def add(self, one: Minute) -> None:
        """Count what was sent in the present minute."""
        if self._minutes and self._minutes[-1].begin == one.begin:
            self._minutes[-1] = self._minutes[-1].plus(one)
        else:
            self._minutes.append(one)
        self._sum = self._sum.plus(one)

    def since(self, begin: float) -> Minute:
        """Return what was sent in the minutes that had not ended at ``begin``."""
        found = Minute(int(begin))
        for one in self._minutes:
            if one.begin + MINUTE > begin:
                found = found.plus(one)
        return found

    def minutes(self) -> "list[Minute]":
        """Return what was sent, minute by minute."""
        return list(self._minutes)

    def free(self, limit: int, more: int, what: str) -> int:
        """Return when ``more`` of ``what`` (``recipients``, ``strangers``) are within ``limit``."""
        excess = getattr(self._sum, what) + more - limit
        end = 0
        for one in self._minutes:
            if excess <= 0:
                break
            excess -= getattr(one, what)
            end = one.begin + MINUTE + DAY
        return end


def _negative(one: Minute) -> Minute:
    return Minute(one.begin, -one.mails, -one.recipients, -one.strangers)
