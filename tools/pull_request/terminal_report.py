"""The report of several stacks in a terminal: a table, and below it what changes in each."""

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from tools.changes import terminal
from tools.changes.terminal import COUNTED, Line
from tools.changes.visible import visible
from tools.pull_request import preview_comment, up_summary
from tools.pull_request.preview_comment import Words
from tools.pull_request.stack_run import Preview, Update

STYLES = {"✓": "green", "✗": "bold red"}


def show(
    previews: Sequence[Preview],
    gone: Sequence[str],
    words: Words,
    console: Console | None = None,
) -> None:
    """Print what was found in each stack.

    Args:
        previews: what was found, in the order in which it is to be shown.
        gone: what is to be said of stacks whose files were deleted, one sentence each.
        words: what kind of report it is.
        console: where to; standard output if not said.
    """
    console = console or Console(highlight=False)
    terminal.show(console, [Line(text="")])
    if previews:
        table = _table("stack", "", *COUNTED.values())
        for one in previews:
            numbers = [str(one.plan.count(kind) or "") if one.plan else "" for kind in COUNTED]
            _row(table, one.stack, preview_comment.state(one, words), *numbers)
        console.print(table)
    for one in previews:
        terminal.show(console, _about(one))
    _end(console, gone, preview_comment.summary(previews, words))
    terminal.show(console, [Line(text=words.hint, style="dim")])


def show_updates(
    updates: Sequence[Update], gone: Sequence[str], console: Console | None = None
) -> None:
    """Print how it went with each stack; what happened was shown as it happened."""
    console = console or Console(highlight=False)
    if updates:
        table = _table("stack", "", "done")
        for one in updates:
            _row(table, one.stack, up_summary.state(one), up_summary.done(one.output))
        console.print(table)
    _end(console, gone, "" if updates else up_summary.NOTHING)


def _table(*columns: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for column in columns:
        table.add_column(column, justify="left" if column in ("stack", "", "done") else "right")
    return table


def _row(table: Table, stack: str, state: str, *more: str) -> None:
    style = STYLES.get(state[:1], "yellow")
    table.add_row(visible(stack), Text(state, style=style), *map(Text, more))


def _about(preview: Preview) -> list[Line]:
    """Return what there is to say of one stack; nothing if all is as it should be."""
    found = [Line(text=row, style="red") for row in preview.failure.splitlines()]
    if preview.plan and preview.plan.steps:
        found += terminal.lines(preview.plan)
    elif preview.plan:
        found += terminal.warnings(preview.plan.warnings)
    why = f": {preview.reason}" if preview.reason not in ("", "asked for") else ""
    head = [Line(text=""), Line(text=f"{preview.stack}{why}", style="bold underline")]
    return [*head, *found] if found else []


def _end(console: Console, gone: Sequence[str], sentence: str) -> None:
    warnings = [Line(mark="⚠", text=one) for one in gone]
    told = [Line(text=sentence, style="bold")] if sentence else []
    terminal.show(console, [Line(text=""), *warnings, *told])
