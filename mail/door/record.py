"""What is remembered of one source, and what follows from it."""

from dataclasses import dataclass, field

HOUR, DAY = 3600.0, 86400.0
WEEK, MONTH = 7 * DAY, 30 * DAY

# So many failed logins within so many seconds, and the source is blocked.
STRANGER = ((HOUR, 5), (DAY, 10))
# Who has logged in from there within a month is more likely to be a person with an old password: he
# gets twice as many. More would be a gift to a guesser who has an account himself.
FRIEND = ((HOUR, 10), (DAY, 40))
MOST = max(count for _, count in (*STRANGER, *FRIEND))

FIRST_BLOCK = HOUR
LONGER = 4  # times as long as the last one, if it was within a week
LONGEST_BLOCK = DAY
LATELY = WEEK  # an operator who logged in by SSH is spared for so long


@dataclass
class Record:
    """What one source did; all times are seconds since 1970, 0 is never.

    Attributes:
        failures: When logins failed, since the last block; the latest `MOST` of them.
        logged_in: When a login last succeeded.
        mailed: When a mail was last taken.
        operator: When somebody last logged in by SSH.
        until: When its last block ends or ended.
        length: How long that was (seconds).
    """

    failures: "list[float]" = field(default_factory=list)
    logged_in: float = 0.0
    mailed: float = 0.0
    operator: float = 0.0
    until: float = 0.0
    length: float = 0.0

    def fail(self, at: float) -> bool:
        """Note a failed login; return whether it is one too many."""
        self.failures = [*self.failures, at][-MOST:]
        limits = FRIEND if self.logged_in and at - self.logged_in < MONTH else STRANGER
        return any(
            sum(1 for one in self.failures if at - one < within) >= count
            for within, count in limits
        )

    def block(self, at: float, first: float) -> None:
        """Block it from ``at`` on: for ``first`` seconds, and longer if that is not the first."""
        again = self.length and at - self.until < WEEK
        self.length = max(first, min(self.length * LONGER, LONGEST_BLOCK)) if again else first
        self.until = at + self.length
        self.failures = []

    def free(self) -> None:
        """Forget its failures and blocks."""
        self.failures, self.until, self.length = [], 0.0, 0.0

    def known(self) -> float:
        """Return when it last did something that only an honest client does."""
        return max(self.logged_in, self.mailed)
