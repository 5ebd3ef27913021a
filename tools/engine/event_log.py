"""What a run proposes or met, from the engine's own log of events (``--event-log``)."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

STACK = "pulumi:pulumi:Stack"
SAME = "same"
REFRESH = "refresh"
CREATE = "create"
PROVIDERS = "pulumi:providers:"
MASK = '"[secret]"'  # whatever the secret is

Event = dict[str, Any]  # as the engine wrote it: the border of this module


class EventLogError(ValueError):
    """A log does not tell how the run ended; the message says why."""


class Follower:
    """Reads a log while the engine writes it."""

    def __init__(self, log: Path) -> None:
        self._log, self._at = log, 0

    def new(self) -> list[Event]:
        """Return the events that came since the last time."""
        try:
            with self._log.open("rb") as file:
                file.seek(self._at)
                told = file.read()
        except FileNotFoundError:
            return []
        whole = told[: told.rfind(b"\n") + 1]  # the last line may be half written
        self._at += len(whole)
        return [event for line in whole.splitlines() if (event := _event(line))]


def _event(line: bytes) -> Event | None:
    try:
        event = json.loads(line)
    except ValueError:
        return None
    return event if isinstance(event, dict) else None


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """What a preview found.

    Attributes:
        is_empty: whether there is nothing for an update to do: every resource is the same, and so
            are the outputs of the stack, and the state remembers each as it was read back. What is
            protected or no longer protected is not, although the engine calls it the same.
        has_drift: whether some resource was read back otherwise than the state remembers it, or
            may have been: of a secret the log does not say.
    """

    is_empty: bool
    has_drift: bool


def proposal(events: Sequence[Event]) -> Proposal:
    """Return what the preview that told ``events`` found.

    Raises:
        EventLogError: there is no whole log, so that nothing is known.
    """
    summaries = [event["summaryEvent"] for event in events if "summaryEvent" in event]
    if not summaries:
        raise EventLogError("the log has no summary")
    counted = summaries[-1].get("resourceChanges") or {}
    done = [event["resOutputsEvent"]["metadata"] for event in events if "resOutputsEvent" in event]
    has_drift = any(map(_differs, _read_back(done)))
    may_have = has_drift or any(map(_hides, done))
    changes = any(number for kind, number in counted.items() if kind != SAME)
    changes = changes or any(map(_differs, _stack(done)))
    changes = changes or any(map(_is_protected_anew, _begun(events)))
    return Proposal(is_empty=not changes and not has_drift, has_drift=may_have)


def _read_back(done: list[Event]) -> Iterator[Event]:
    return (step for step in done if step["op"] == REFRESH and step["type"] != STACK)


def _stack(done: list[Event]) -> list[Event]:
    # It is announced without its outputs first, and told again with them.
    return [step for step in done if step["op"] != REFRESH and step["type"] == STACK][-1:]


def _hides(step: Event) -> bool:
    """Return whether ``step`` changes something secret, which may be what it is by drift."""
    if step["op"] in {SAME, REFRESH, CREATE} or step["type"] == STACK:
        return False
    return not step["type"].startswith(PROVIDERS) and MASK in json.dumps(step.get("old"))


def _begun(events: Sequence[Event]) -> Iterator[Event]:
    """Yield each step as it was announced."""
    yield from (one["resourcePreEvent"]["metadata"] for one in events if "resourcePreEvent" in one)


def _is_protected_anew(step: Event) -> bool:
    old, new = step.get("old"), step.get("new")
    if old is None or new is None:
        return False
    return bool(old.get("protect", False) != new.get("protect", False))


def _differs(step: Event) -> bool:
    old, new = step.get("old"), step.get("new")
    if not old or not new:
        return old != new
    return bool(old.get("outputs") != new.get("outputs"))
