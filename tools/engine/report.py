"""What a person reads of a run: what it would change, what it changed, and what is next."""

from collections.abc import Sequence

from rich.console import Console

from tools.changes import terminal
from tools.changes.terminal import Line
from tools.engine import next_steps
from tools.engine.ask import say
from tools.engine.logged import Run
from tools.engine.progress import seconds

LAST = 20  # lines of what was printed, if the log of events does not tell why it failed
DONE = {"create": "made", "update": "changed", "replace": "replaced", "delete": "removed"}


def previewed(run: Run) -> None:
    """Print what a run would change, or why that cannot be told."""
    if run.ended.stopped:
        return
    if run.plan.steps or not run.ended.status:
        _print(terminal.lines(run.plan))
    else:
        _print(terminal.warnings(run.plan.warnings))
    _errors(run)


def updated(run: Run, before: Run, stack: str, *, up: bool) -> None:
    """Print what a run has changed, what the preview ``before`` did not say, and what is next."""
    if run.ended.stopped:
        return
    new = [one for one in run.plan.warnings if one not in before.plan.warnings]
    _print([*([Line(text="")] if new else []), *terminal.warnings(new)])
    _errors(run)
    if run.ended.status:
        return
    _print([Line(text=f"✓ {stack}: {_sum(run)}", style="bold green")])
    if up:
        _print([Line(text=""), *next_steps.lines(next_steps.ask(run.events), stack)])


def seen(run: Run) -> None:
    """Print how the world sees the server, when there is nothing to do."""
    _print(next_steps.seen(next_steps.ask(run.events)))


def _sum(run: Run) -> str:
    """Return how much was done, and in which time."""
    told = [event["summaryEvent"] for event in run.events if "summaryEvent" in event]
    took = told[-1].get("durationSeconds") if told else None
    numbers = {words: run.plan.count(kind) for kind, words in DONE.items()}
    counted = ", ".join(f"{number} {words}" for words, number in numbers.items() if number)
    return (counted or "done") + (f" in {seconds(took)}" if isinstance(took, int) else "")


def _errors(run: Run) -> None:
    for message in run.plan.errors:
        say(f"✗ {message}")
    if run.ended.status and not (run.plan.errors or run.ended.errors.strip()):
        say("\n".join(run.ended.output.splitlines()[-LAST:]))


def _print(lines: Sequence[Line]) -> None:
    terminal.show(Console(highlight=False), lines)
