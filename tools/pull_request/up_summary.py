"""The Markdown of what `pulumi up` did, for the summary of a workflow's run."""

import re
from collections.abc import Sequence

from tools.pull_request.markdown import code, details, fence, plain
from tools.pull_request.stack_run import Update

# "    + 2 created", "    +-2 replaced"
DONE = re.compile(r"^ +[^\w\s]+ ?(\d+) ([a-z]+)$", re.MULTILINE)
MOST_LINES = 200  # of each stack: the run's own log has them all
NOTHING = "No stack is concerned: neither a stack's file nor the program changed."


def write(updates: Sequence[Update], gone: Sequence[str]) -> str:
    """Return the whole summary.

    Args:
        updates: what was done, in that order.
        gone: what is to be said of stacks whose files were deleted, one sentence each.
    """
    parts = ["## tapal: what was brought up"]
    parts += ["\n".join(f"- ⚠ {plain(sentence)}" for sentence in gone)] if gone else []
    if not updates:
        return "\n\n".join((*parts, NOTHING)) + "\n"
    rows = ["| stack | | |", "|---|---|---|"]
    rows += [f"| {code(one.stack)} | {state(one)} | {plain(done(one.output))} |" for one in updates]
    parts.append("\n".join(rows))
    for one in updates:
        if one.output or one.failure:
            body = fence("\n".join(_last_lines(one)), "text")
            parts.append(
                details(f"{code(one.stack)}: {plain(one.reason)}", body, opened=bool(one.failure))
            )
    return "\n\n".join(parts) + "\n"


def _last_lines(update: Update) -> list[str]:
    lines = f"{update.output}\n\n{update.failure}".strip().splitlines()
    left = len(lines) - MOST_LINES
    return [f"… {left} lines before", *lines[left:]] if left > 0 else lines


def state(update: Update) -> str:
    """Return how it went, in a word."""
    if not update.failure:
        return "✓ up"
    return "✗ failed" if update.output else "✗ not tried"


def done(output: str) -> str:
    """Return how much was done, as `pulumi` says it at the end of its ``output``."""
    told = output.rpartition("Resources:")[2] if "Resources:" in output else ""
    return ", ".join(f"{number} {what}" for number, what in DONE.findall(told))
