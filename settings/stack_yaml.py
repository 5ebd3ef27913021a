"""YAML as Pulumi's engine reads it, so that a file means the same with and without the engine.

The engine is Go, and its YAML is neither PyYAML's 1.1 nor quite 1.2: ``no`` and ``60:30`` are text,
``010`` is eight, ``2026e1`` is a number and ``2026-01-02`` a point in time that becomes text; keys
are always text, and a key that is given twice is refused. What the program gets is JSON, so a
whole number has no fraction, and one beyond 64 bits loses digits.
"""

import base64
import datetime as dt
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

import yaml

MOST_NODES = 100_000
"""Values in a file, those behind an alias counted each time; a thousand domains have fewer."""

Plain = dict[str, "Plain"] | list["Plain"] | str | int | float | bool | None

_PLAIN = "plain"
_YAML = "tag:yaml.org,2002:"
_WORDS: dict[str, Plain] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_INTEGER = re.compile(
    r"(?P<sign>[-+]?)(?:0[xX](?P<x>[0-9a-fA-F]+)|0[bB](?P<b>[01]+)"
    r"|0[oO]?(?P<o>[0-7]+)|(?P<d>[1-9][0-9]*|0))"
)
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_NO_NUMBER = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
_DATE = re.compile(
    r"(\d{4})-(\d\d?)-(\d\d?)(?:(?:[Tt]|[ \t]+)(\d\d?):(\d\d?):(\d\d?)(\.\d{1,9})?"
    r"(Z|[-+]\d\d:\d\d)?)?"
)
_SURROGATE = re.compile("[\ud800-\udfff]")
_BASES = {"x": 16, "b": 2, "o": 8, "d": 10}


class YamlError(ValueError):
    """A text is no YAML that the engine would read; the message says why and where."""


@dataclass(frozen=True, kw_only=True)
class Document:
    """What a file says.

    Attributes:
        value: its content.
        twice: each key that is given more than once, with its lines; the engine refuses them, and
            here the first one counts.
    """

    value: Plain
    twice: tuple[str, ...]


def load(text: str) -> Document:
    """Return what ``text`` says.

    Raises:
        YamlError: the engine would not read it.
    """
    try:
        return _document(list(yaml.compose_all(text, Loader=_Loader)))
    except yaml.YAMLError as error:
        raise YamlError(_said(error)) from error
    except RecursionError as error:
        raise YamlError("it is nested too deeply") from error
    except YamlError:
        raise
    except (ValueError, OverflowError) as error:  # "\UFFFFFFFF" is no character
        raise YamlError(f"a value cannot be read: {error}") from error


def _document(nodes: list[yaml.Node | None]) -> Document:
    if len(nodes) > 1:
        raise YamlError("it holds more than one document (a line ---)")
    if not nodes or nodes[0] is None:
        return Document(value=None, twice=())
    _weigh(nodes[0], {}, ())
    builder = _Builder()
    return Document(value=builder.build(nodes[0]), twice=tuple(builder.twice))


def _said(error: yaml.YAMLError) -> str:
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark is not None:
        mark = error.problem_mark
        return f"line {mark.line + 1}, column {mark.column + 1}: {error.problem}"
    return " ".join(str(error).split())


class _Loader(yaml.BaseLoader):
    """Leaves plain scalars (those without quotes and without a tag) to us."""

    def resolve(self, kind: type[yaml.Node], value: str, implicit: tuple[bool, bool]) -> str:
        if kind is yaml.ScalarNode and implicit[0]:
            return _PLAIN
        tag: str = super().resolve(kind, value, implicit)  # type: ignore[no-untyped-call]
        return tag


def _weigh(node: yaml.Node, known: dict[int, int], path: tuple[int, ...]) -> int:
    """Return how many values stand behind ``node``, those behind aliases counted each time."""
    own = id(node)
    if own in path:
        raise YamlError("an anchor's value contains itself")
    if own not in known:
        known[own] = 1 + sum(_weigh(child, known, (*path, own)) for child in _children(node))
        if known[own] > MOST_NODES:
            raise YamlError(f"it holds more than {MOST_NODES} values")
    return known[own]


def _children(node: yaml.Node) -> Iterator[yaml.Node]:
    if isinstance(node, yaml.SequenceNode):
        yield from node.value
    elif isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield from (key, value)


class _Builder:
    """Makes plain values of YAML's nodes, and keeps what is given twice."""

    def __init__(self) -> None:
        self.twice: list[str] = []

    def build(self, node: yaml.Node) -> Plain:
        if isinstance(node, yaml.SequenceNode):
            return [self.build(child) for child in node.value]
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node)
        return _scalar(node) if isinstance(node, yaml.ScalarNode) else None

    def _mapping(self, node: yaml.MappingNode) -> Plain:
        own: dict[str, Plain] = {}
        lines: dict[str, int] = {}
        merged: dict[str, Plain] = {}
        for key_node, value_node in node.value:
            if key_node.tag == _PLAIN and key_node.value == "<<":
                merged |= self._merged(value_node)
                continue
            key, line = _key(key_node), key_node.start_mark.line + 1
            if key in own:
                self.twice.append(f"{key!r} is given twice (lines {lines[key]} and {line})")
                continue
            own[key], lines[key] = self.build(value_node), line
        return {**{key: value for key, value in merged.items() if key not in own}, **own}

    def _merged(self, node: yaml.Node) -> dict[str, Plain]:
        value = self.build(node)
        parts = value if isinstance(value, list) else [value]
        if not all(isinstance(part, dict) for part in parts):
            raise YamlError("<< takes a mapping, or a list of them")
        # The first of several counts.
        return {k: v for part in reversed(parts) if isinstance(part, dict) for k, v in part.items()}


def _key(node: yaml.Node) -> str:
    if not isinstance(node, yaml.ScalarNode):
        raise YamlError(f"line {node.start_mark.line + 1}: a key must be text")
    value = _scalar(node)
    if value is None:
        return "<nil>"
    return str(value).lower() if isinstance(value, bool) else str(value)


def _scalar(node: yaml.ScalarNode) -> Plain:
    text: str = node.value
    if _SURROGATE.search(text):
        raise YamlError(f"line {node.start_mark.line + 1}: \\ud800 to \\udfff are no characters")
    if node.tag == _PLAIN:
        return _plain(text)
    if node.tag in (f"{_YAML}int", f"{_YAML}float", f"{_YAML}bool", f"{_YAML}null"):
        value = _plain(text)
        if isinstance(value, str):
            raise YamlError(f"line {node.start_mark.line + 1}: {text!r} does not fit its tag")
        return value
    if node.tag == f"{_YAML}binary":
        try:
            return base64.b64decode(text, validate=False).decode("utf-8", "replace")
        except ValueError as error:
            raise YamlError(f"line {node.start_mark.line + 1}: no base64") from error
    return text


def _plain(text: str) -> Plain:
    if text in _WORDS:
        return _WORDS[text]
    if not text[:1].isascii() or text[0] not in "+-.0123456789":
        return text
    if _NO_NUMBER.fullmatch(text):
        raise YamlError(f"{text} is a number that cannot be passed on")
    number = _number(text.replace("_", ""))
    return _moment(text) if number is None else number


def _number(text: str) -> int | float | None:
    if match := _INTEGER.fullmatch(text):
        [(base, digits)] = [(b, match[b]) for b in _BASES if match[b]]
        # Beyond 64 bits the engine goes on with a float, which cuts decimal numbers alone.
        if len(digits) <= 64:
            value = int(match["sign"] + digits, _BASES[base])
            if -(2**63) <= value < 2**64:
                return value if abs(value) < 2**53 else _passed_on(float(value))
    if not _FLOAT.fullmatch(text):
        return None
    fraction = float(text)
    return None if math.isinf(fraction) else _passed_on(fraction)


def _passed_on(value: float) -> int | float:
    """Return ``value`` as it arrives through JSON: whole numbers as such, as few digits as do."""
    if value.is_integer() and abs(value) < 1e21:
        return int(Decimal(repr(value)))
    return value


def _moment(text: str) -> str:
    """Return a date as Go prints it, and other text as it is."""
    match = _DATE.fullmatch(text)
    if match is None:
        return text
    year, month, day, hour, minute, second = (int(match[i] or 0) for i in range(1, 7))
    try:
        moment = dt.datetime(year, month, day, hour, minute, second, tzinfo=dt.UTC)
    except ValueError:
        return text
    fraction = (match[7] or "").rstrip("0").rstrip(".")
    zone = (match[8] or "Z").replace(":", "")
    shown = "+0000 UTC" if zone in ("Z", "+0000", "-0000") else f"{zone} {zone}"
    return f"{moment:%Y-%m-%d %H:%M:%S}{fraction} {shown}"
