"""What changes of one thing, row by row: properties, lines of files, facts of the host."""

import difflib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tools.changes import thing
from tools.changes.plan import SECRET, Properties, Step

# Said by the title already, or of use to the machinery alone.
TOLD = {
    thing.RECORD: {"name", "type"},
    thing.HOST_FILE: {"path"},
    thing.HOST_FOLDER: {"path"},
    thing.DKIM_KEY: {"selector", "domain"},
    thing.HOST_STEP: {"step", "does"},
    thing.ACCOUNT: {"address"},
}
NOISE = frozenset({"actions", "after", "script", "validate", "zoneId"})
APART = frozenset({"facts", "files", "actions", "after", "script", "does"})
CONTEXT = 3  # lines around a change, as git shows
NEW_TEXT = 12  # lines shown of a file that comes or goes as a whole
AGAIN = "runs again: what it reads has changed"


@dataclass(frozen=True, kw_only=True)
class Row:
    """One row below a step.

    Attributes:
        mark: ``+``, ``-``, ``!`` for what is neither, or a space for what stays.
        text: without its indentation.
        level: 1, or 2 for a line of a file.
    """

    mark: str
    text: str
    level: int = 1


def whole(step: Step, mark: str) -> Iterable[Row]:
    """Yield what comes or goes as a whole."""
    ends = thing.kind(step)
    told = next((keys for end, keys in TOLD.items() if ends.endswith(end)), set())
    for key, value in _names_only(thing.has(step)).items():
        if key in NOISE | told or value in ("", None):
            continue
        text = written(value)
        if "\n" not in text:
            yield Row(mark=mark, text=f"{key}: {text}")
            continue
        rows = text.splitlines()
        yield Row(mark=mark, text=f"{key}:")
        yield from (Row(mark=mark, text=row, level=2) for row in rows[:NEW_TEXT])
        if len(rows) > NEW_TEXT:
            yield Row(mark=mark, text=f"… and {len(rows) - NEW_TEXT} more lines", level=2)


def changed(step: Step, context: int = CONTEXT) -> list[Row]:
    """Return what is otherwise than before, with ``context`` lines around each changed line."""
    facts = _facts(step)
    changes = list(_changes(_file_by_file(step.old), _file_by_file(step.new), context))
    return [*facts, *(changes or [Row(mark="!", text=_unseen(step))] * (not facts))]


def written(value: object) -> str:
    """Return a property as text."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _facts(step: Step) -> list[Row]:
    """Return what the host is, and what it is to be, where the two differ."""
    old, new = step.old.get("facts"), step.new.get("facts")
    if not (isinstance(old, dict) and isinstance(new, dict)):
        return []
    return [
        Row(mark="!", text=f"{name}: {old.get(name, 'not looked at')} → {wanted}")
        for name, wanted in new.items()
        if old.get(name) != wanted
    ]


def _names_only(properties: Properties) -> Properties:
    """Return what is said of what comes or goes whole: files and facts by name, not all of them."""
    named = {key: properties.get(key) for key in ("files", "facts")}
    found = {key: ", ".join(one) for key, one in named.items() if isinstance(one, dict)}
    return {**properties, **found}


def _file_by_file(properties: Properties) -> Properties:
    """Return a folder's files as properties of their own, each to be compared line by line."""
    files = properties.get("files")
    rest = {key: one for key, one in properties.items() if key not in APART}
    return {**rest, **files} if isinstance(files, dict) else rest


def _changes(old: Mapping[str, object], new: Mapping[str, object], context: int) -> Iterable[Row]:
    for key in dict.fromkeys((*old, *new)):
        before, after = old.get(key), new.get(key)
        if before == after:
            continue
        was, will = written(before), written(after)
        if "\n" in was or "\n" in will:
            yield Row(mark=" ", text=f"{key}:")
            yield from _line_by_line(was if key in old else "", will if key in new else "", context)
        else:
            yield from [Row(mark="-", text=f"{key}: {was}")] * (key in old)
            yield from [Row(mark="+", text=f"{key}: {will}")] * (key in new)


def _line_by_line(was: str, will: str, context: int) -> Iterable[Row]:
    compared = difflib.unified_diff(was.splitlines(), will.splitlines(), n=context, lineterm="")
    rows = list(compared)[2:]  # without the two lines that would name the files
    for row in rows:
        if row.startswith("@@"):
            yield from [Row(mark=" ", text="…", level=2)] * (row is not rows[0])
        else:
            yield Row(mark=row[0], text=row[1:], level=2)
    if not rows:
        yield Row(mark="!", text="only the end of its last line", level=2)


def _unseen(step: Step) -> str:
    secret = [key for key, value in {**step.old, **step.new}.items() if SECRET in str(value)]
    if thing.kind(step) == thing.HOST_STEP:
        return AGAIN
    if secret:
        return f"{', '.join(secret)}: {SECRET}, which is not shown"
    return "(nothing that it was told changes)"
