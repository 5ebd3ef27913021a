"""The numbers that the project promises, each with its goal, as measured in this run."""

import json
from dataclasses import dataclass

from rich.table import Table

from lab import paths

MARKS = {True: "[green]✓[/]", False: "[red]✗[/]", None: " "}


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One measured number.

    Attributes:
        what: what was measured.
        goal: what is promised.
        measured: the value, for a person.
        met: whether the goal was reached; None where this run cannot say.
    """

    what: str
    goal: str
    measured: str
    met: bool | None


def table(figures: list[Figure]) -> Table:
    """Return the figures as a table with a mark for each."""
    made = Table(title="The numbers, measured in this run")
    for column in ("", "what", "goal", "measured"):
        made.add_column(column, overflow="fold")
    for figure in figures:
        made.add_row(MARKS[figure.met], figure.what, figure.goal, figure.measured)
    return made


def whole_way(seconds: float, *, cold: bool) -> Figure:
    """Return the figure of a whole ``make demo`` up to the verified mail.

    A cold run happens once on a machine; its time is kept, for later runs to show beside theirs.
    """
    kept = paths.cache() / "cold-run.json"
    if cold:
        kept.write_text(json.dumps({"seconds": seconds}))
    first = json.loads(kept.read_text())["seconds"] if kept.exists() else None
    if cold:
        measured, met = f"cold {seconds:.0f} s", seconds <= 480
    else:
        before = f"; cold, earlier on this machine, {first:.0f} s" if first else ""
        measured, met = f"cached {seconds:.0f} s{before}", seconds <= 60
    return Figure(
        what="fresh machine to verified mail (make demo)",
        goal="≤ 8 min cold, ≤ 60 s cached",
        measured=measured,
        met=met,
    )
