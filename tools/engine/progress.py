"""What a run is doing, as it does it: live in a terminal, a line for each group elsewhere."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from rich.console import Console
from rich.live import Live
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from tools.changes import plan, thing
from tools.changes.plan import Plan, Properties, Step
from tools.changes.visible import visible

SAID = "info#err"  # the severity of what plugins print
STYLES = {"✓": "green", "✗": "red", "·": "dim"}


@dataclass(kw_only=True)
class Group:
    """How far the run is with one group of things.

    Attributes:
        things: what is to be done, by URN.
        done: what of it is.
        failed: what of it could not be.
        began: when the first was begun; 0 if none was.
        ended: when the last was done.
    """

    things: set[str] = field(default_factory=set)
    done: set[str] = field(default_factory=set)
    failed: set[str] = field(default_factory=set)
    began: float = 0.0
    ended: float = 0.0

    @property
    def is_whole(self) -> bool:
        """Return whether all of it is done."""
        return self.done >= self.things

    def row(self, name: str, now: float) -> tuple[str, str, str, str]:
        """Return a mark, the group's name, how much is done, and in which time."""
        mark = "✗" if self.failed else "✓" if self.is_whole else "·"
        until = self.ended if self.is_whole or self.failed else now
        took = seconds(until - self.began) if self.began else ""
        return mark, name, f"{len(self.done)} of {len(self.things)}", took


class Progress:
    """How far a run is; hears the engine's events."""

    def __init__(self, doing: str, proposed: Plan | None = None) -> None:
        """Take what is being done, and what is to be done by it, if that is known."""
        self._doing, self._start = doing, time.monotonic()
        self._console = Console(stderr=True, highlight=False)
        self._spinner = Spinner("dots")
        self._looked, self._said = 0, ""
        self._running: dict[str, Step] = {}
        self._told: set[str] = set()
        self._groups = {name: Group() for name in thing.GROUPS} if proposed else {}
        for step in proposed.steps if proposed else ():
            self._groups[thing.group(step)].things.add(step.urn)

    def hear(self, event: Properties) -> None:
        """Take note of an event."""
        said = _under(event, "diagnosticEvent")
        if said.get("severity") == SAID:
            self._said = str(said.get("message", "")).strip()
        for key in ("resourcePreEvent", "resOutputsEvent", "resOpFailedEvent"):
            if key in event:
                self._resource(key, plan.step_of(_under(event, key)))
        if not self._console.is_terminal:
            self._tell()

    def _resource(self, key: str, item: Properties) -> None:
        self._looked += key == "resourcePreEvent"
        if not self._groups or not plan.counts(item):
            return
        step, now = plan.step(item), time.monotonic()
        group = self._groups[thing.group(step)]
        group.things.add(step.urn)
        if key == "resourcePreEvent":
            group.began = group.began or now
            self._running[step.urn] = step
            return
        (group.done if key == "resOutputsEvent" else group.failed).add(step.urn)
        group.ended = now
        self._running.pop(step.urn, None)

    @contextmanager
    def shown(self) -> Iterator[None]:
        """Show it while the block runs, in a terminal alone."""
        if not self._console.is_terminal:
            yield
        else:
            with Live(get_renderable=self._live, console=self._console, transient=True):
                yield
        self._tell(whole=True)

    def _tell(self, *, whole: bool = False) -> None:
        """Print the groups that are done and were not told yet; of a ``whole`` run all others."""
        for name, group in self._groups.items():
            if name in self._told or not group.things or not (whole or group.is_whole):
                continue
            self._told.add(name)
            mark, *words = group.row(name, time.monotonic())
            print(f"{mark} {words[0]:<18} {words[1]:>9}  {words[2]}".rstrip(), flush=True)

    def _live(self) -> Table:
        table = Table.grid(padding=(0, 1))
        now, width = time.monotonic(), self._console.width - 4
        for name, group in self._groups.items():
            if group.things:
                mark, *words = group.row(name, now)
                table.add_row(Text(mark, style=STYLES[mark]), Text("  ".join(_columns(words))))
        current = f"{self._doing} · {seconds(now - self._start)}"
        current += f" · {self._now()}" if self._now() else ""
        table.add_row(self._spinner, Text(visible(current)[:width], style="bold"))
        return table

    def _now(self) -> str:
        if self._said and self._running:
            return self._said
        if self._running:
            return thing.title(next(reversed(self._running.values()))).removeprefix("step: ")
        return f"{self._looked} things looked at" if self._looked and not self._groups else ""


def seconds(number: float) -> str:
    """Return a time as a person says it."""
    whole = round(number)
    return f"{whole} s" if whole < 60 else f"{whole // 60} min {whole % 60} s"


def _columns(words: list[str]) -> tuple[str, str, str]:
    return f"{words[0]:<18}", f"{words[1]:>9}", words[2]


def _under(event: Properties, key: str) -> Properties:
    value = event.get(key)
    return value if isinstance(value, dict) else {}
