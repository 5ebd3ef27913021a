"""A plan as a person reads it in a terminal: by groups, a line for each change, or a few."""

import json
import re
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from rich.console import Console
from rich.text import Text

from tools.changes import details, thing
from tools.changes.details import Row
from tools.changes.plan import SECRET, UNSEEN, Plan, Step
from tools.changes.visible import visible

MARKS = {"create": "+", "delete": "-", "update": "~", "replace": "±", "import": "="}
STYLES = {"+": "green", "-": "red", "~": "yellow", "±": "magenta", "=": "cyan", "⚠": "yellow"}
COUNTED = {
    "create": "new", "update": "changed", "replace": "replaced", "import": "adopted",
    "delete": "gone",
}  # fmt: skip
FOLDED = ("create", "delete")
FEW = 3  # files that come, or go, with a line each
# As `components.load.warn` writes it.
FINDING = re.compile(r"(?P<reason>.*)\. Cure: (?P<cure>.*)\. Rule: (?P<rule>\S+)\.", re.DOTALL)
MOST_ROWS = 40  # below one step
COMES_OR_GOES = frozenset({"create", "import", "delete"})


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line, before it is cut to the width of the terminal.

    Attributes:
        text: what it says.
        mark: what stands before it; its colour tells too.
        indent: of the mark, in columns.
        style: of the whole line, in rich's words; empty for that of the mark.
    """

    text: str
    mark: str = ""
    indent: int = 0
    style: str = ""


def show(console: Console, found: Iterable[Line]) -> None:
    """Print lines: cut to the terminal's width, or as they are into a pipe or a file."""
    width = console.width if console.is_terminal else None
    for line in found:
        style = line.style or STYLES.get(line.mark, "")
        for row in wrapped(line, width):
            console.print(Text(row, style=style), soft_wrap=True)


def wrapped(line: Line, width: int | None) -> list[str]:
    """Return ``line`` as rows of at most ``width`` columns; what follows the first is indented."""
    text = " ".join(visible(line.text).expandtabs(4).split("\n"))
    first = " " * line.indent + (f"{line.mark} " if line.mark else "")
    if width is None or len(first) + len(text) <= width:
        return [(first + text).rstrip()]
    return textwrap.wrap(
        text, width, initial_indent=first, subsequent_indent=" " * (len(first) + 2),
        break_on_hyphens=False, drop_whitespace=True, replace_whitespace=False,
    )  # fmt: skip


def lines(plan: Plan) -> list[Line]:
    """Return the whole plan: its groups, what is worth knowing, and its sum."""
    found: list[Line] = []
    for name, steps in thing.grouped(plan).items():
        found.append(Line(text=f"{name} · {_counted(steps)}", style="bold"))
        found += [*_steps(steps), Line(text="")]
    found += warnings(plan.warnings)
    return [*found, Line(text=total(plan), style="bold")]


def warnings(messages: Sequence[str]) -> list[Line]:
    """Return what is worth knowing, and an empty line."""
    if not messages:
        return []
    told = [line for message in messages for line in _warning(message)]
    return [Line(text="Worth knowing", style="bold"), *told, Line(text="")]


def _warning(message: str) -> Iterator[Line]:
    """Yield a warning; the reason and the cure of a finding apart."""
    found = FINDING.fullmatch(message)
    yield Line(mark="⚠", text=found["reason"] if found else message, indent=2)
    if found:
        yield Line(text=f"cure: {found['cure']} ({found['rule']})", indent=6, style="dim")


def total(plan: Plan) -> str:
    """Return how much would be done, in one line."""
    counted = _counted(plan.steps) or "nothing to change"
    return f"{counted}; {plan.unchanged} unchanged" if plan.unchanged else counted


def _counted(steps: Sequence[Step]) -> str:
    numbers = {words: sum(one.kind == kind for one in steps) for kind, words in COUNTED.items()}
    return ", ".join(f"{number} {words}" for words, number in numbers.items() if number)


def _steps(steps: Sequence[Step]) -> Iterator[Line]:
    """Yield what becomes of a group; what comes or goes in numbers has one line for all of it."""
    waits = [one for one in steps if thing.kind(one) == thing.SERVED]
    left = [one for one in steps if one.kind == "delete" and _leaves_all(one)]
    files = {kind: [one for one in steps if one.kind == kind and _is_file(one)] for kind in FOLDED}
    folded = [one for found in files.values() for one in found if len(found) > FEW]
    apart = [*waits, *left, *folded]
    for step in sorted(steps, key=_order):
        if step not in apart:
            yield from _step(step)
    for kind, found in files.items():
        if len(found) > FEW:
            paths = ", ".join(sorted(_head(one) for one in found))
            yield Line(mark=MARKS[kind], text=f"{len(found)} files and folders: {paths}", indent=2)
    if coming := sum(len(thing.served(one)) for one in waits if one.kind != "delete"):
        yield Line(mark="+", text=f"wait until the name servers serve {coming} of them", indent=2)
    if going := len(left) + sum(one.kind == "delete" for one in waits):
        yield Line(mark="-", text=f"{going} steps that leave nothing to undo", indent=2)


def _is_file(step: Step) -> bool:
    return thing.kind(step) in (thing.HOST_FILE, thing.HOST_FOLDER)


def _leaves_all(step: Step) -> bool:
    """Return whether nothing is done on the server when the step goes."""
    actions = step.old.get("actions")
    return (
        thing.kind(step) == thing.HOST_STEP
        and isinstance(actions, list)
        and "delete" not in actions
    )


def _order(step: Step) -> tuple[bool, str]:
    """Steps in the order in which they are taken; then all else, by what it is about."""
    if thing.kind(step) == thing.HOST_STEP:
        return (False, "")
    said = thing.has(step)
    name = ".".join(reversed(str(said.get("name", "")).split(".")))
    return (True, f"{name} {thing.title(step)}")


def _step(step: Step) -> Iterator[Line]:
    mark = MARKS.get(step.kind, "~")
    rows = [] if step.kind in COMES_OR_GOES else _rows(step)
    again = len(rows) == 1 and rows[0].mark == "!" and "→" not in rows[0].text
    more = f" ({rows[0].text})" if again else ""
    lost = thing.danger(step)
    gone = bool(lost) and thing.kind(step).endswith(thing.RECORD) and step.kind == "delete"
    yield Line(mark=mark, text=_head(step) + more + " ⚠" * gone, indent=2)
    if lost and not gone:
        yield Line(mark="⚠", text=lost, indent=4, style="bold red")
    if not again:
        yield from (_row(row) for row in rows[:MOST_ROWS])
    if len(rows) > MOST_ROWS:
        rest = f"… and {len(rows) - MOST_ROWS} more lines: ARGS=--raw shows them"
        yield Line(text=rest, indent=6, style="dim")


def _rows(step: Step) -> Sequence[Row]:
    """Return what changes of a step; of a JSON file not lines but values."""
    if thing.kind(step) not in (thing.HOST_FILE, "DnsRecord"):
        return [row for row in details.changed(step, 0) if row.text != "…"]
    old, new = (_values(text.get("content")) for text in (step.old, step.new))
    if old is not None and new is not None:
        gone = [Row(mark="-", text=f"{key}: {old[key]}") for key in old if old[key] != new.get(key)]
        come = [Row(mark="+", text=f"{key}: {new[key]}") for key in new if new[key] != old.get(key)]
        return [*gone, *come]
    rows = (row for row in details.changed(step, 0) if row.text not in ("content:", "…"))
    return [replace(row, text=row.text.removeprefix("content: ")) for row in rows]


def _values(text: object) -> dict[str, str] | None:
    """Return each value of a JSON object by its place in it; None if ``text`` is none."""
    try:
        told = json.loads(text) if isinstance(text, str) else None
    except ValueError:
        return None
    return dict(_flat(told, ())) if isinstance(told, dict) else None


def _flat(value: object, place: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict) and value:
        for key, inner in value.items():
            yield from _flat(inner, (*place, key))
    else:
        yield ".".join(place), json.dumps(value, ensure_ascii=False)


def _row(row: Row) -> Line:
    if row.mark == "!":
        return Line(text=row.text, indent=6, style="yellow")
    style = "" if row.mark in STYLES else "dim"
    return Line(mark=row.mark, text=row.text, indent=4, style=style)


def _head(step: Step) -> str:
    """Return what the step is about, and of what comes or goes the most telling part."""
    said, kind = thing.has(step), thing.kind(step)
    whole = step.kind in COMES_OR_GOES
    if kind.endswith("DnsRecord"):
        # A number from JSON may have come with a fraction.
        priority = f"{float(str(said['priority'])):g} " if said.get("priority") is not None else ""
        content = str(said.get("content", ""))
        content = "(its key is made by up)" if content == UNSEEN else content
        more = f"  {priority}{content}" if whole else ""
        return f"{said.get('type', ''):<4} {said.get('name', step.name)}{more}"
    if kind == thing.HOST_STEP:
        undo = "undo: " if step.kind == "delete" and said.get("actions") != ["delete"] else ""
        return f"{undo}{said.get('does', step.name)}"
    title = thing.title(step).removeprefix("file ").removeprefix("folder ")
    size = _size(step) if whole else ""
    return f"{title} ({size})" if size else title


def _size(step: Step) -> str:
    said = thing.has(step)
    if thing.kind(step) == thing.HOST_FILE:
        content = str(said.get("content", ""))
        if SECRET in content or content == UNSEEN:
            return "secret"
        number = len(content.splitlines())
        return "1 line" if number == 1 else f"{number} lines"
    files = said.get("names", said.get("files"))
    if isinstance(files, dict | list):
        return ", ".join(sorted(files)) if len(files) < FEW else f"{len(files)} files"
    if thing.kind(step) == thing.ACCOUNT and step.kind == "create":
        return "with a given password" if said.get("given") else "with a new password"
    if thing.kind(step) == thing.DKIM_KEY:
        return str(said.get("algorithm", ""))
    return ""
