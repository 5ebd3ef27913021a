"""A plan as lines of a diff: what becomes of each record and file, line by line.

The marks stand in the first column, where GitHub colours them: ``+``, ``-``, and ``!`` for a
change that is neither.
"""

import difflib
import json
from collections.abc import Iterable

from tools.pull_request.preview_plan import SECRET, Plan, Properties, Step

RECORD, HOST_FILE, HOST_FOLDER, DKIM_KEY = "Record", "HostFile", "HostFolder", "DkimKey"
HOST_STEP = "HostStep"
MARKS = {"create": "+", "delete": "-", "import": "+"}
WORDS = {"import": "adopt"}
# Said by the title already, or of use to the machinery alone.
TOLD = {
    RECORD: {"name", "type"},
    HOST_FILE: {"path"},
    HOST_FOLDER: {"path"},
    DKIM_KEY: {"selector", "domain"},
    HOST_STEP: {"step"},
}
NOISE = frozenset({"actions", "after", "script", "validate", "zoneId"})
APART = frozenset({"facts", "files", "actions", "after", "script"})
CONTEXT = 3  # lines around a change, as git shows
NEW_TEXT = 12  # lines shown of a file that comes or goes as a whole


def lines(plan: Plan) -> list[str]:
    """Return the whole plan, dangerous steps first, an empty line between two."""
    found: list[str] = []
    for step in sorted(plan.steps, key=lambda step: not danger(step)):
        found += [*([""] if found else []), *_step(step)]
    return found


def kind(step: Step) -> str:
    """Return what sort of thing the step is about, in one word."""
    return step.type.rpartition(":")[2]


def title(step: Step) -> str:
    """Return what the step is about, as its owner knows it: the record, the path, the address."""
    has = step.new or step.old
    if kind(step).endswith(RECORD):
        return f"{has.get('type', kind(step))} {has.get('name', step.name)}"
    if kind(step) == HOST_FILE:
        return f"file {has.get('path', step.name)}"
    if kind(step) == HOST_FOLDER:
        return f"folder {has.get('path', step.name)}"
    if kind(step) == HOST_STEP:
        return f"step {has.get('step', step.name)} ({step.name})"
    if kind(step) == DKIM_KEY:
        return f"DKIM key {has.get('selector', '?')} of {has.get('domain', step.name)}"
    return f"{kind(step)} {step.name}"


def danger(step: Step) -> str:
    """Return what is lost if the step is taken; empty if nothing is.

    Mail is refused for want of a record, and a DKIM key that is gone takes with it the proof of
    every mail still under way (RFC 6376 §6.1.2).
    """
    if step.kind not in ("delete", "replace"):
        return ""
    if kind(step) == DKIM_KEY:
        return "mail that it signed, and is still under way, can no longer be verified"
    if not kind(step).endswith(RECORD):
        return ""
    return "it is gone from the zone" if step.kind == "delete" else "it is taken away and made anew"


def _step(step: Step) -> list[str]:
    mark = MARKS.get(step.kind, "!")
    warning = " ⚠" if danger(step) else ""
    head = f"{mark} {WORDS.get(step.kind, step.kind)} {title(step)}{warning}"
    if step.kind in ("create", "delete", "import"):
        told = next((keys for end, keys in TOLD.items() if kind(step).endswith(end)), set())
        has = _names_only(step.new or step.old)
        return [head, *_whole({key: has[key] for key in has if key not in NOISE | told}, mark)]
    facts = _facts(step)
    changes = list(_changes(_file_by_file(step.old), _file_by_file(step.new)))
    return [head, *facts, *(changes or [_unseen(step)] * (not facts))]


def _facts(step: Step) -> list[str]:
    """Return what the host is, and what it is to be, where the two differ."""
    old, new = step.old.get("facts"), step.new.get("facts")
    if not (isinstance(old, dict) and isinstance(new, dict)):
        return []
    return [
        f"!     {name}: {old.get(name, 'not looked at')} → {wanted}"
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


def _whole(properties: Properties, mark: str) -> Iterable[str]:
    for key, value in properties.items():
        if value in ("", None):
            continue
        text = _written(value)
        if "\n" not in text:
            yield f"{mark}     {key}: {text}"
            continue
        rows = text.splitlines()
        yield f"{mark}     {key}:"
        yield from (f"{mark}         {row}".rstrip() for row in rows[:NEW_TEXT])
        if len(rows) > NEW_TEXT:
            yield f"{mark}         … and {len(rows) - NEW_TEXT} more lines"


def _changes(old: Properties, new: Properties) -> Iterable[str]:
    for key in dict.fromkeys((*old, *new)):
        before, after = old.get(key), new.get(key)
        if before == after:
            continue
        was, will = _written(before), _written(after)
        if "\n" in was or "\n" in will:
            yield f"      {key}:"
            yield from _line_by_line(was if key in old else "", will if key in new else "")
        else:
            yield from [f"-     {key}: {was}"] * (key in old)
            yield from [f"+     {key}: {will}"] * (key in new)


def _line_by_line(was: str, will: str) -> Iterable[str]:
    compared = difflib.unified_diff(was.splitlines(), will.splitlines(), n=CONTEXT, lineterm="")
    rows = list(compared)[2:]  # without the two lines that would name the files
    for row in rows:
        if row.startswith("@@"):
            yield from ["          …"] * (row is not rows[0])
        else:
            yield f"{row[0]}         {row[1:]}".rstrip()
    if not rows:
        yield "!         only the end of its last line"


def _unseen(step: Step) -> str:
    secret = [key for key, value in {**step.old, **step.new}.items() if SECRET in str(value)]
    if kind(step) == HOST_STEP:
        return "!     runs again: what it reads has changed"
    if secret:
        return f"!     {', '.join(secret)}: {SECRET}, which is not shown"
    return "!     (nothing that it was told changes)"


def _written(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
