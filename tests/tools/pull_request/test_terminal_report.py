"""The report in a terminal: a table and the changes, and no Markdown."""

from io import StringIO

from rich.console import Console

from tests.tools.pull_request.test_preview_comment import EMPTY, REFUSAL, preview, recorded
from tools.pull_request import terminal_report
from tools.pull_request.preview_comment import DRIFT
from tools.pull_request.stack_run import Update


def page(width: int = 80) -> tuple[Console, StringIO]:
    out = StringIO()
    return Console(file=out, width=width, force_terminal=True, color_system=None), out


def test_drift_is_a_table_and_what_differs() -> None:
    console, out = page()
    previews = [
        preview(recorded(), stack="a.example"),
        preview(EMPTY, stack="b.example"),
        preview(None, stack="c.example", failure=REFUSAL),
    ]
    terminal_report.show(previews, ["x is gone"], DRIFT, console)
    text = out.getvalue()
    rows = [row.split() for row in text.splitlines()]
    assert ["stack", "new", "changed", "replaced", "adopted", "gone"] in rows
    assert ["a.example", "drifted", "1", "6", "5"] in rows
    assert "b.example  ✓ as its file says" in text
    assert "cure: write the public IPv4 address that your provider shows" in text
    assert "⚠ x is gone" in text
    assert "~ TXT  _dmarc.tapal.test" in text
    assert max(map(len, text.splitlines())) <= 80
    for mark in ("|", "**", "<", "`", "```", "##", "issue"):
        assert mark not in text, mark


def test_updates_are_a_table() -> None:
    console, out = page()
    done = Update(stack="a.example", reason="", output="Resources:\n    + 2 created\n", failure="")
    failed = Update(stack="b.example", reason="", output="x", failure="no")
    terminal_report.show_updates([done, failed], [], console)
    text = out.getvalue()
    assert "✓ up" in text
    assert "2 created" in text
    assert "✗ failed" in text


def test_no_stack_is_said() -> None:
    console, out = page()
    terminal_report.show([], [], DRIFT, console)
    assert "There is no stack to look at." in out.getvalue()
