"""A run of `pulumi` that tells by the engine's log of events what it does."""

import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tools.changes import plan
from tools.changes.plan import Plan
from tools.engine import process
from tools.engine.event_log import Event, Follower
from tools.engine.process import Ended, Streams
from tools.engine.progress import Progress

DOING = {"preview": "looking at the server and the zone", "up": "bringing it up"}
DOING_ELSE = "removing it"


@dataclass(frozen=True, kw_only=True)
class Run:
    """A run that has ended.

    Attributes:
        ended: how.
        events: what the engine told of it.
        plan: what it was to change, or has changed.
    """

    ended: Ended
    events: Sequence[Event]
    plan: Plan


def run(
    arguments: Sequence[str],
    flags: Sequence[str],
    environment: Mapping[str, str],
    proposed: Plan | None = None,
    *,
    raw: bool = False,
) -> Run:
    """Run ``pulumi ARGUMENTS FLAGS`` and show how far it is.

    Args:
        arguments: the command and its own flags.
        flags: the rest.
        environment: what it runs in.
        proposed: what it is to change, if that is known.
        raw: whether to let it print what it does, instead of our own words.
    """
    # --event-log is one of the engine's commands for debugging.
    environment = {**environment, "PULUMI_DEBUG_COMMANDS": "true"}
    events: list[Event] = []
    progress = Progress(DOING.get(arguments[0], DOING_ELSE), proposed)
    with tempfile.TemporaryDirectory(prefix="tapal-") as folder:
        log = Path(folder) / "events.json"
        argv = [*arguments, "--event-log", str(log), *flags]
        if raw:
            ended = process.run(argv, environment)
            events += Follower(log).new()
        else:
            hear = _hear(Follower(log), events, progress)
            streams = Streams(out=lambda _: None, tick=hear)
            with progress.shown():
                ended = process.run(argv, environment, streams)
                hear()
    return Run(ended=ended, events=events, plan=plan.read_events(events))


def _hear(log: Follower, events: list[Event], progress: Progress) -> Callable[[], None]:
    def hear() -> None:
        for event in log.new():
            events.append(event)
            progress.hear(event)

    return hear
