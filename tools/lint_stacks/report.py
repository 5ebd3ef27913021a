"""The table that a person reads: in a terminal, or without colours in a pipeline's log."""

from collections.abc import Sequence
from pathlib import Path

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from mail.finding import Finding, errors, warnings
from tools.lint_stacks.judge import Judged

LOG_WIDTH = 140  # columns, where no terminal says how wide it is
_MARKS = {"error": ("✗", "bold red"), "warning": ("!", "yellow")}


def console() -> Console:
    """Return where the table goes: standard output, with a fixed width if it is not a terminal."""
    found = Console(highlight=False)
    return found if found.is_terminal else Console(highlight=False, width=LOG_WIDTH)


def show(judged: Sequence[Judged], to: Console, *, failed: bool) -> None:
    """Print the table, and a line that counts errors and warnings and tells if it ``failed``."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, expand=False)
    table.add_column("stack", no_wrap=True, overflow="ellipsis", max_width=24)
    table.add_column("")
    table.add_column("key", overflow="fold", max_width=34)
    table.add_column("finding", ratio=3, overflow="fold")
    table.add_column("cure", ratio=2, overflow="fold")
    for one in judged:
        _add(table, one)
    to.print(table)
    to.print(_sum(judged, failed=failed), soft_wrap=True)


def _add(table: Table, one: Judged) -> None:
    names = iter([Text(_name(one.file), style="bold")])  # in the first of its rows alone
    if not one.findings:
        table.add_row(next(names), Text("✓", style="green"), "", "nothing to say", "")
    for finding in one.findings:
        sign, style = _MARKS[finding.level]
        said = Text.assemble(finding.reason, "\n", (_rule(finding), "dim"))
        mark = Text(sign, style=style)
        table.add_row(next(names, ""), mark, Text(finding.key), said, Text(finding.cure))
    for finding, why in one.ignored:
        words = ("·", finding.key, f"{finding.reason}\n{_rule(finding)}", f"ignored: {why}")
        table.add_row(next(names, ""), *(Text(one, style="dim") for one in words))
    if one.placeholders:
        keys = ", ".join(one.placeholders)
        note = f"a template: its placeholders are to be replaced in a copy ({keys})"
        table.add_row(next(names, ""), Text("·", style="dim"), "", Text(note, style="dim"), "")
    table.add_section()


def _name(file: Path) -> str:
    return file.name.removeprefix("Pulumi.").removesuffix(".yaml") or file.name


def _rule(finding: Finding) -> str:
    return f"{finding.id}, {finding.source}"


def _sum(judged: Sequence[Judged], *, failed: bool) -> Text:
    wrong = sum(len(errors(one.findings)) for one in judged)
    better = sum(len(warnings(one.findings)) for one in judged)
    files = "1 stack file" if len(judged) == 1 else f"{len(judged)} stack files"
    wrongs = "1 error" if wrong == 1 else f"{wrong} errors"
    betters = "1 warning" if better == 1 else f"{better} warnings"
    sign, style = ("✗", "red") if failed else ("✓", "green")
    return Text.assemble((sign, style), f" {files}: {wrongs}, {betters}")
