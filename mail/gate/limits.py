"""Holds accounts to what they may send, and shuts out one that goes on when it may not.

Asked about each submitted mail that is right in all else. What is refused here is not counted.

An account that has gone over a limit is in an *episode* until `QUIET` has passed without a refusal.
The postmaster is told once for each, when `GATHER` has shown what comes of it, or at once when the
account is denied. It is denied when within `QUIET` it was refused for more different recipients
than twice what it may write to in a day (`MOST_REFUSED` at most, `LEAST_REFUSED` at least). Tries
of the same mail count once: a program that repeats what it could not send is not shut out, nor is
a newsletter that reaches its limit in the middle of a list of ordinary length.

The denial stands in the policy (`mail.gate.deny` writes it there and into chasquid's users file),
and ends with it: then the last day is forgotten. Until it stands there the account is denied too,
for `UNCONFIRMED` at most, so that no denial is left that no file shows.
"""

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from mail.gate import notice, over, quota, spool
from mail.gate.account import Account
from mail.gate.ledger import Entry, Ledger, LedgerError
from mail.gate.policy import Policy
from mail.gate.quota import Limits, Minute
from mail.gate.verdict import Verdict, later, refused

QUIET = 3600.0  # seconds
GATHER = 30.0
UNCONFIRMED = 3600.0
MOST_REFUSED = 10_000
LEAST_REFUSED = 20
AGAIN = 15.0  # seconds after which a denial that does not stand yet is asked for once more
TIDY = 3600.0

NOT_KEPT = later("4.3.1", "the mail server cannot keep what accounts send, try again later")
_log = logging.getLogger("tapal-gate")


@dataclass
class _Refused:
    """Whom an account was refused for, since when."""

    since: float = 0
    recipients: "set[bytes]" = field(default_factory=set)


class Limiter:
    """What accounts have sent, and what they may.

    Args:
        folder: The service's state directory.
        clock: Tells the time, in Unix seconds.
    """

    def __init__(self, folder: Path, *, clock: Callable[[], float] = time.time) -> None:
        self._folder = folder
        self._clock = clock
        self._ledger = Ledger(folder)
        self._refused: dict[str, _Refused] = {}
        self._asked: dict[str, float] = {}
        self._tidied = float("-inf")
        self._said = ""

    def take(
        self, account: Account, recipients: Sequence[str], client: str, policy: Policy
    ) -> Verdict:
        """Count a mail if ``account`` may send it, and return what becomes of it; never raises.

        Args:
            account: Who sends it.
            recipients: To whom.
            client: From which address and port it was handed in.
            policy: With the limits.
        """
        try:
            verdict = self._take(account, recipients, client, policy)
        except (LedgerError, OSError) as error:
            self._complain(str(error))
            return NOT_KEPT
        self._said = ""
        return verdict

    def fault(self) -> str:
        """Return why nothing can be counted, or nothing."""
        try:
            self._ledger.tidy(self._clock())
        except (LedgerError, OSError) as error:
            return str(error)
        return ""

    def look_around(self, policy: Policy) -> None:
        """Do what is due now and then: tell the postmaster, tidy up; never raises."""
        now = self._clock()
        try:
            self._ledger.look()
            for entry in self._ledger.unsettled():
                self._settle(entry, policy, now)
            if not self._tidied <= now < self._tidied + TIDY:
                self._tidied = now
                self._ledger.tidy(now)
        except (LedgerError, OSError) as error:
            self._complain(str(error))

    def _take(
        self, account: Account, recipients: Sequence[str], client: str, policy: Policy
    ) -> Verdict:
        now = self._clock()
        entry = self._ledger.entry(account.name)
        if entry.window.look(now):
            self._ledger.redate(entry)
        if self._is_denied(account, entry, now):
            if not entry.confirmed:
                self._ask(account.name, now)
            return refused("5.7.13", f"{account.name} {over.DENIED}")
        entry = self._ledger.entry(account.name)  # anew, if it was given back
        limits = policy.limits.with_changes(account.limits)
        digests = {self._ledger.digest(one) for one in recipients}
        strangers = self._ledger.strangers(entry, digests)
        sent = Minute(quota.minute_of(now), 1, len(digests), len(strangers))
        if never := over.never(sent, limits):
            return refused("5.5.3", f"{account.name} {never}")
        free, tat = quota.rate(entry.tat, now, limits)
        if found := over.find(entry.window, sent, limits, free, now):
            entry.key, entry.client = found.key, client
            self._go_on(entry, digests, limits, policy, now)
            return later("4.7.28", f"{account.name} {found.reason}")
        self._ledger.count(entry, sent, digests, tat, now)
        return Verdict()

    def _is_denied(self, account: Account, entry: Entry, now: float) -> bool:
        """Return whether an account is shut out; its memory of that follows the policy."""
        if account.denied:
            if not (entry.denied and entry.confirmed):
                entry.denied, entry.confirmed = entry.denied or now, 1
                self._ledger.keep(entry)
            return True
        if not entry.denied:
            return False
        if entry.confirmed or not 0 <= now - entry.denied < UNCONFIRMED:
            self._ledger.begin_anew(entry, now)
            self._refused.pop(account.name, None)
            _log.warning("%r may send again", account.name)
            return False
        return True

    def _go_on(
        self, entry: Entry, digests: "set[bytes]", limits: Limits, policy: Policy, now: float
    ) -> None:
        """Note that an account was refused, and shut it out if it goes on and on."""
        begins = not entry.episode or not 0 <= now - entry.refused < QUIET
        if begins:
            entry.episode, entry.told = now, 0
            _log.warning("%r is over its limit %s", entry.name, entry.key)
        seldom = not 0 <= now - entry.refused < QUIET / 60
        entry.refused = now if begins or seldom else entry.refused
        found = self._refused.setdefault(entry.name, _Refused(now))
        if not 0 <= now - found.since < QUIET:
            found.since, found.recipients = now, set()
        found.recipients |= digests
        most = max(LEAST_REFUSED, min(2 * limits.recipients_per_day, MOST_REFUSED))
        if len(found.recipients) > most:
            self._deny(entry, policy, now)
        elif begins or seldom:
            self._ledger.keep(entry)

    def _deny(self, entry: Entry, policy: Policy, now: float) -> None:
        entry.denied, entry.confirmed, entry.told = now, 0, 0
        self._ledger.keep(entry)
        self._refused.pop(entry.name, None)
        _log.warning("%r is denied: it goes on over its limit %s", entry.name, entry.key)
        self._ask(entry.name, now)
        self._tell(entry, policy)

    def _ask(self, name: str, now: float) -> None:
        """Ask for the denial of an account, which needs rights that this service has not."""
        if not 0 <= now - self._asked.get(name, 0) < AGAIN:
            self._asked[name] = now
            spool.ask_to_deny(self._folder, name)

    def _settle(self, entry: Entry, policy: Policy, now: float) -> None:
        """Follow the policy's word on an account, and tell of what has shown what it comes to."""
        if (account := policy.account(entry.name)) and entry.denied:
            self._is_denied(account, entry, now)
            entry = self._ledger.entry(entry.name)  # anew, if it was given back
            if entry.denied and not entry.confirmed:
                self._ask(entry.name, now)
        due = entry.denied or not 0 <= now - entry.episode < GATHER
        if entry.episode and not entry.told and due:
            self._tell(entry, policy)

    def _tell(self, entry: Entry, policy: Policy) -> None:
        account = policy.account(entry.name)
        limits = policy.limits.with_changes(account.limits if account else {})
        spool.tell(self._folder, notice.compose(entry, limits, policy, self._clock()))
        entry.told = 1
        self._ledger.keep(entry)

    def _complain(self, problem: str) -> None:
        if problem != self._said:  # once, and not for every mail
            _log.error("submitted mail has to wait: %s", problem)
            self._said = problem
