"""All sources that something is remembered of, and what becomes of them after each event."""

import ipaddress
from collections.abc import Iterable, Mapping
from dataclasses import asdict

from mail.door import line, source
from mail.door.line import Event
from mail.door.record import DAY, FIRST_BLOCK, LATELY, MONTH, Record

MOST = 20_000  # sources; about 10 MB
BLOCK, FREE, KNOW = "block", "free", "know"
VERSION = 1


class Book:
    """The sources, each with its record.

    Args:
        spared: Addresses and networks that are never blocked.
        first: Seconds that a first block lasts.
    """

    def __init__(self, spared: Iterable[str] = (), first: float = FIRST_BLOCK) -> None:
        self._spared = tuple(spared)
        for one in self._spared:
            ipaddress.ip_network(one, strict=False)  # a wrong one is said at the start
        self._first = first
        self._records: dict[str, Record] = {}

    def take(self, event: Event) -> "list[tuple[str, str, float]]":
        """Note ``event``; return what the kernel must be told.

        Returns:
            Pairs of `BLOCK`, `FREE` or `KNOW` and the source, each with the time (seconds since
            1970) when that ends.
        """
        record = self._records.pop(event.source, None) or Record()
        self._records[event.source] = record  # the one that was heard of last stands last
        self._forget(event.at)
        if event.what == line.FAILED:
            return self._failed(event, record)
        if event.what in (line.LOGGED_IN, line.MAILED):
            return _honest(event, record)
        if event.what == line.OPERATOR:
            record.operator = event.at
        was_blocked = record.until > event.at
        record.free()
        return [(FREE, event.source, event.at)] if was_blocked or event.what == line.FREED else []

    def blocked(self, now: float) -> "dict[str, float]":
        """Return who is blocked at ``now``, and until when."""
        return {who: one.until for who, one in self._records.items() if one.until > now}

    def known(self, now: float) -> "dict[str, float]":
        """Return who is known at ``now``, and until when."""
        known = {who: one.known() + MONTH for who, one in self._records.items() if one.known()}
        return {who: until for who, until in known.items() if until > now}

    def is_spared(self, who: str, now: float) -> bool:
        """Return whether the source ``who`` is never blocked, whatever it does."""
        record = self._records.get(who)
        if record and record.operator and now - record.operator < LATELY:
            return True
        return any(source.overlaps(who, one) for one in self._spared)

    def spare(self, now: float) -> "list[str]":
        """Free who is blocked at ``now`` and is to be spared by now; return them."""
        freed = [who for who in self.blocked(now) if self.is_spared(who, now)]
        for who in freed:
            self._records[who].free()
        return freed

    def dump(self) -> "dict[str, object]":
        """Return it as plain data, for JSON."""
        return {"version": VERSION, "records": {who: asdict(r) for who, r in self._records.items()}}

    def load(self, data: Mapping[str, object]) -> None:
        """Take over what `dump` gave.

        Raises:
            ValueError: it is something else.
        """
        records = data.get("records")
        if data.get("version") != VERSION or not isinstance(records, dict):
            raise ValueError("it is not of this version")
        try:
            self._records = {str(who): Record(**one) for who, one in records.items()}
        except TypeError as error:
            raise ValueError(str(error)) from error

    def _failed(self, event: Event, record: Record) -> "list[tuple[str, str, float]]":
        # What was under way when the block came is not counted against the next chance.
        if event.at < record.until or self.is_spared(event.source, event.at):
            return []
        if not record.fail(event.at):
            return []
        record.block(event.at, self._first)
        return [(BLOCK, event.source, record.until)]

    def _forget(self, now: float) -> None:
        while len(self._records) > MOST:
            oldest = (who for who, one in self._records.items() if one.until <= now)
            del self._records[next(oldest, next(iter(self._records)))]


def _honest(event: Event, record: Record) -> "list[tuple[str, str, float]]":
    before = record.known()
    if event.what == line.LOGGED_IN:
        record.logged_in = event.at
    else:
        record.mailed = event.at
    # The kernel need not hear of every mail; a day of thirty is near enough.
    return [(KNOW, event.source, event.at + MONTH)] if event.at - before > DAY else []
