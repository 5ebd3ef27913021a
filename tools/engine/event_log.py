"""What a run proposes or met, from the engine's own log of events (``--event-log``)."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

STACK = "pulumi:pulumi:Stack"
SAME = "same"
REFRESH = "refresh"

Event = dict[str, Any]  # as the engine wrote it: the border of this module


class EventLogError(ValueError):
    """A log does not tell how the run ended; the message says why."""


def changes(log: Path) -> bool:
    """Return whether the preview that wrote ``log`` proposes anything for an update to do.

    That is: a resource that is not the same, an output of the stack with another value, or one
    resource that the state remembers otherwise than it was read back, although the program agrees.

    Raises:
        EventLogError: there is no whole log, so that nothing is known.
    """
    events = _read(log)
    summaries = [event["summaryEvent"] for event in events if "summaryEvent" in event]
    if not summaries:
        raise EventLogError(f"{log} has no summary")
    counted = summaries[-1].get("resourceChanges") or {}
    if any(number for kind, number in counted.items() if kind != SAME):
        return True
    return any(_differs(step) for step in _results(events))


def _read(log: Path) -> list[Event]:
    try:
        return [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    except (OSError, ValueError) as error:
        raise EventLogError(f"{log} cannot be read: {error}") from error


def _results(events: list[Event]) -> Iterator[Event]:
    """Yield each resource that was read back, and the stack itself at the end."""
    done = [event["resOutputsEvent"]["metadata"] for event in events if "resOutputsEvent" in event]
    yield from (step for step in done if step["op"] == REFRESH and step["type"] != STACK)
    # The stack is announced without its outputs first, and told again with them.
    yield from [step for step in done if step["op"] != REFRESH and step["type"] == STACK][-1:]


def _differs(step: Event) -> bool:
    old, new = step.get("old"), step.get("new")
    if not old or not new:
        return old != new
    return bool(old.get("outputs") != new.get("outputs"))
