"""The texts about settings of the wrong shape: what is wrong, and what to write instead."""

import re
from collections.abc import Iterable

from pydantic_core import ErrorDetails

from mail.address import suggest
from mail.finding import Finding
from mail.rule import Rule
from settings.key_paths import Path, text
from settings.stack_file import SOURCE

EXAMPLE = "stacks/Pulumi.example.com.yaml"
LONGEST_SHOWN = 60
_LISTS_OF_MAPPINGS = ("domains", "dkim")

MISSING_KEY = Rule(
    id="settings-missing-key",
    source=SOURCE,
    why="Some settings have no default, and nothing can be done without them.",
    cure=f"add it; {EXAMPLE} describes every key",
)
UNKNOWN_KEY = Rule(
    id="settings-unknown-key",
    source=SOURCE,
    why="Nobody reads a key that does not exist, so what it says would be silently left out.",
    cure=f"remove it; {EXAMPLE} describes every key",
)
SHAPE = Rule(
    id="settings-shape",
    source=SOURCE,
    why="A value is of the kind that its setting takes: text, a number, a list, a mapping, or one "
    "of some words.",
    cure=f"{EXAMPLE} shows what it looks like",
)
HIDDEN_CHARACTER = Rule(
    id="settings-hidden-character",
    source=SOURCE,
    why="An invisible character or a line break in a value is not seen, and changes what it means.",
    cure="type it anew, on one line",
)
LONG = Rule(
    id="settings-long",
    source=SOURCE,
    why="No setting needs so long a value; most often something else was pasted there.",
    cure="check what was pasted there",
)
ENCRYPTED = Rule(
    id="settings-encrypted",
    source=SOURCE,
    why="A setting that is encrypted cannot be checked or shown, and only secrets can be.",
    cure="set it without --secret",
)
SECRET_IN_CLEAR = Rule(
    id="secret-in-clear",
    source=SOURCE,
    why="A secret in plain text is known to everybody who can read the stack's file.",
    cure="change it, then set it anew: pulumi config set --secret",
)


def finding(path: Path, detail: ErrorDetails) -> Finding:
    """Return one of pydantic's errors, at ``path``, in the words of a stack's author."""
    if detail["type"] == "missing":
        return MISSING_KEY.found(text(path), reason="it is missing")
    reason, cure = _REASONS.get(detail["type"], _other)(detail)
    return SHAPE.found(text(path), reason=reason, cure=cure)


def unknown(path: Path, known: Iterable[str], near: str | None) -> Finding:
    """Return the finding about an unknown key: ``path`` ends in it, ``near`` is like it."""
    cure = f"did you mean {near!r}?" if near else f"remove it; known are {', '.join(sorted(known))}"
    return UNKNOWN_KEY.found(text(path), reason="there is no such key", cure=cure)


def hidden(path: Path, character: str) -> Finding:
    """Return the finding about a text that holds ``character``, which nobody sees."""
    code = f"U+{ord(character):04X}"
    reason = f"it holds an invisible character ({code})"
    if character in "\n\r\x85\u2028\u2029":
        reason = f"it holds a line break ({code}), after which another setting would begin"
    return HIDDEN_CHARACTER.found(text(path), reason=reason)


def private_key(path: Path) -> Finding:
    """Return the finding about a text that holds a private key."""
    reason = "it holds a private key, which must not stand in a file"
    cure = "make a new key, and keep this one out of it"
    return SECRET_IN_CLEAR.found(text(path), reason=reason, cure=cure)


def too_long(path: Path, length: int, limit: int) -> Finding:
    """Return the finding about a text of ``length`` characters."""
    reason = f"it has {length} characters, more than the {limit} that any of our settings needs"
    return LONG.found(text(path), reason=reason)


def too_deep(path: Path, limit: int) -> Finding:
    """Return the finding about a value that is nested more than ``limit`` deep."""
    reason = f"more than {limit} lists and mappings stand in each other"
    return SHAPE.found(text(path), reason=reason)


def date(path: Path, value: str) -> Finding:
    """Return the finding about a date: ``value`` is what the engine hands to the program.

    In a file it is found before that, as text that needs quotes (`settings.stack_yaml`).
    """
    day = value.partition(" ")[0]
    cure = f'put it in quotes, as it was written: "{day}"'
    return SHAPE.found(text(path), reason=f"YAML reads it as a date ({value})", cure=cure)


def encrypted(path: Path) -> Finding:
    """Return the finding about a setting that is encrypted and must not be."""
    reason = "it is encrypted, or something in it is, and only secrets can be"
    cure = f"write it in plain text (pulumi config rm tapal:{path[0]}, then edit the stack's file)"
    return ENCRYPTED.found(text(path), reason=reason, cure=cure)


def _kind(value: object) -> str:
    """Return what ``value`` is, without showing what is in it: that may be a secret."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return f"the number {_number(value)}"
    if isinstance(value, str):
        return "text"
    return "a list" if isinstance(value, list | tuple) else "a mapping"


def _number(value: float) -> str:
    try:
        shown = str(value)
    except ValueError:  # Python prints no integer of more than 4,300 digits
        return "with thousands of digits"
    return shown if len(shown) <= LONGEST_SHOWN else f"{shown[:LONGEST_SHOWN]}…"


def _shown(value: object) -> str:
    if not isinstance(value, str):
        return _kind(value)
    shown = repr(value)
    return shown if len(shown) <= LONGEST_SHOWN else f"{shown[:LONGEST_SHOWN]}…"


def _not_text(detail: ErrorDetails) -> tuple[str, str]:
    value = detail["input"]
    if value is None:
        return "it is empty", "write a value, or remove the line"
    reason = f"{_kind(value)} stands where text is expected"
    if isinstance(value, bool | int | float):
        # The number is not repeated: through the engine, 2026e1 arrives as 20260.
        return reason, "put quotes around it, just as you wrote it"
    return reason, f"{EXAMPLE} shows what it looks like"


def _not_number(detail: ErrorDetails) -> tuple[str, str]:
    return f"{_shown(detail['input'])} is not a whole number", "write digits alone"


def _not_yes_or_no(detail: ErrorDetails) -> tuple[str, str]:
    return f"{_shown(detail['input'])} is neither true nor false", "write true or false"


def _too_small(detail: ErrorDetails) -> tuple[str, str]:
    return f"{_shown(detail['input'])} is too small", f"write {_context(detail, 'ge')} or more"


def _too_big(detail: ErrorDetails) -> tuple[str, str]:
    return f"{_shown(detail['input'])} is too big", f"write {_context(detail, 'le')} or less"


def _not_choice(detail: ErrorDetails) -> tuple[str, str]:
    choices = re.findall(r"'([^']*)'", _context(detail, "expected"))
    value = detail["input"]
    near = suggest(value, choices) if isinstance(value, str) else None
    listed = " or ".join(filter(None, [", ".join(choices[:-1]), choices[-1]]))
    cure = f"write {near!r}" if near else f"choose {listed}"
    return f"{_shown(value)} is not {listed}", cure


def _not_mapping(detail: ErrorDetails) -> tuple[str, str]:
    reason = f"{_kind(detail['input'])} stands where a mapping of keys is expected"
    return reason, f"{EXAMPLE} shows what it looks like"


def _not_list(detail: ErrorDetails) -> tuple[str, str]:
    value = detail["input"]
    reason = f"{_kind(value)} stands where a list is expected"
    if detail["loc"][-1] in _LISTS_OF_MAPPINGS:
        return reason, f"write a list, even of one; {EXAMPLE} shows what it looks like"
    if isinstance(value, str) and len(value) <= LONGEST_SHOWN and value.isprintable():
        return (
            reason,
            f"write a list, such as [{value}]" if value else "write a list, or [] for none",
        )
    return reason, "write a list: one value in each line, after a hyphen"


def _other(detail: ErrorDetails) -> tuple[str, str]:
    said = f"{detail['msg'][:1].lower()}{detail['msg'][1:]}"
    return f"{_shown(detail['input'])} does not fit: {said}", f"{EXAMPLE} shows what it looks like"


def _context(detail: ErrorDetails, name: str) -> str:
    return str(detail.get("ctx", {}).get(name, ""))


_REASONS = {
    "string_type": _not_text,
    "bool_parsing": _not_yes_or_no,
    "bool_type": _not_yes_or_no,
    "int_type": _not_number,
    "int_parsing": _not_number,
    "int_parsing_size": _not_number,
    "int_from_float": _not_number,
    "finite_number": _not_number,
    "greater_than_equal": _too_small,
    "less_than_equal": _too_big,
    "literal_error": _not_choice,
    "model_type": _not_mapping,
    "model_attributes_type": _not_mapping,
    "dict_type": _not_mapping,
    "tuple_type": _not_list,
}
