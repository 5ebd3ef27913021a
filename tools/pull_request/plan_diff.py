"""A plan as lines of a diff: what becomes of each record and file, line by line.

The marks stand in the first column, where GitHub colours them: ``+``, ``-``, and ``!`` for a
change that is neither.
"""

from tools.changes import details
from tools.changes.details import Row
from tools.changes.plan import Plan, Step
from tools.changes.thing import danger, title

MARKS = {"create": "+", "delete": "-", "import": "+"}
WORDS = {"import": "adopt"}


def lines(plan: Plan) -> list[str]:
    """Return the whole plan, dangerous steps first, an empty line between two."""
    found: list[str] = []
    for step in sorted(plan.steps, key=lambda step: not danger(step)):
        found += [*([""] if found else []), *_step(step)]
    return found


def _step(step: Step) -> list[str]:
    mark = MARKS.get(step.kind, "!")
    warning = " ⚠" if danger(step) else ""
    head = f"{mark} {WORDS.get(step.kind, step.kind)} {title(step)}{warning}"
    rows = details.whole(step, mark) if step.kind in MARKS else details.changed(step)
    return [head, *map(_line, rows)]


def _line(row: Row) -> str:
    return f"{row.mark}{' ' * (1 + 4 * row.level)}{row.text}".rstrip()
