"""One kind of measurement: which server takes which mail, and what was measured of it."""

import os
import statistics
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from benchmarks import client
from benchmarks.control_group import ControlGroup, Memory
from benchmarks.rig import Rig

_OFTEN = 0.1  # seconds between two looks at the memory


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One line of the table.

    Attributes:
        name: what is measured.
        how: ``signed``, ``unsigned`` or ``one mail a login``; lines of one `how` are compared.
        rig: the server.
        groups: those of its processes that this line is about.
        sender: the domain that sends.
        mails: how many mails are a round.
        per_login: after how many a connection logs in again; None is never.
        preparing: what to do ahead of each round.
        rates: mails a second that were taken, of each round.
        delivered: the same up to the moment at which all were delivered too.
        costs: milliseconds of processor time for each mail, of each round.
    """

    name: str
    how: str
    rig: Rig
    groups: Sequence[ControlGroup]
    sender: str
    mails: int
    per_login: int | None = None
    preparing: list[Callable[[], None]] = field(default_factory=list)
    rates: list[float] = field(default_factory=list)
    delivered: list[float] = field(default_factory=list)
    costs: list[float] = field(default_factory=list)

    def measure(self) -> None:
        """Run one round."""
        before = self._seconds()
        start = time.monotonic()
        rate = self._run()
        self.delivered.append(self.mails / (time.monotonic() - start))
        self.rates.append(rate)
        self.costs.append((self._seconds() - before) / self.mails * 1000)

    def rehearse(self) -> Memory:
        """Run one round that is not measured; return the most memory that was used."""
        found, over = [self.memory()], threading.Event()

        def watch() -> None:
            while not over.wait(_OFTEN):
                found.append(self.memory())

        watcher = threading.Thread(target=watch)
        watcher.start()
        try:
            self._run()
        finally:
            over.set()
            watcher.join()
        return max(found, key=lambda memory: memory.pss)

    def memory(self) -> Memory:
        """Return what its processes have in memory now."""
        all_ = [group.memory() for group in self.groups]
        return Memory(rss=sum(one.rss for one in all_), pss=sum(one.pss for one in all_))

    def _run(self) -> float:
        for prepare in self.preparing:
            prepare()
        rate = client.rate(self.rig.port, self.sender, self.mails, self.per_login)
        self.rig.settle()
        return rate

    def _seconds(self) -> float:
        return sum(group.seconds() for group in self.groups)


def ratio(values: Sequence[float], base: Sequence[float]) -> float:
    """Return the median of how ``values`` compare with ``base``, round by round."""
    return statistics.median(one / other for one, other in zip(values, base, strict=True))


def load() -> str:
    """Return how busy the machine is, for a person."""
    return f"{os.getloadavg()[0]:.1f} on {os.cpu_count()} processors"
