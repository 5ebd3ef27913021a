"""Reads a stack's file as YAML, and finds what needs quotes in it.

Pulumi's engine (in Go) and Python must understand a file in the same way. So a value without
quotes is text, or true, false, null or an ordinary number. What the engine would change is
reported: ``010`` (it reads 8), ``2026e1`` (20260), ``1.50`` (1.5), a date (a point in time).
docs/decisions/0011-what-yaml-we-take.md tells why.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import yaml
from yaml.constructor import SafeConstructor

MOST_NODES = 100_000
"""Values in a file, those behind an alias counted each time; a thousand domains have fewer."""

Plain = dict[str, "Plain"] | list["Plain"] | str | int | float | bool | None
Path = tuple[str | int, ...]
Problem = tuple[Path, str]

_YAML = "tag:yaml.org,2002:"
_TEXT, _NULL, _MERGE, _UNCLEAR = (f"{_YAML}{name}" for name in ("str", "null", "merge", "unclear"))
_LONGEST_SHOWN = 60

# What is not text although it has no quotes, by tag: the first that matches counts.
_NOT_TEXT = {
    _NULL: r"~|null|",
    f"{_YAML}bool": r"true|false",
    f"{_YAML}int": r"0|-?[1-9][0-9]{0,14}",
    f"{_YAML}float": r"-?(0|[1-9][0-9]{0,8})\.[0-9]{0,5}[1-9]",
    _MERGE: r"<<",
    # Everything else that the engine does not leave as it is written, and a little more.
    _UNCLEAR: r"Null|NULL|True|TRUE|False|FALSE"
    r"|[-+]?0_*[xXbBoO][0-9a-fA-F_]+"
    r"|(?=[-+.0-9])(?=.*[0-9])[-+]?[0-9_]*(\.[0-9_]*)?([eE]_*[-+]?[0-9_]+)?"
    r"|[-+]?\.(inf|Inf|INF|nan|NaN|NAN)"
    r"|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(([Tt]| +)[0-9].*)?",
}
_SURROGATE = re.compile("[\ud800-\udfff]")


class YamlError(ValueError):
    """A text is not YAML, or holds what we do not read; the message says why and where."""


@dataclass(frozen=True, kw_only=True)
class Document:
    """What a file says.

    Attributes:
        value: its content; what is unclear counts as text.
        twice: the path of each key that is given again, and the reason that this is refused.
        unclear: the path of each value or key that needs quotes, and why it does.
    """

    value: Plain
    twice: tuple[Problem, ...] = ()
    unclear: tuple[Problem, ...] = ()


def load(text: str) -> Document:
    """Return what ``text`` says.

    Raises:
        YamlError: it cannot be read, or not safely.
    """
    try:
        return _document(_Loader(text))
    except yaml.YAMLError as error:
        raise YamlError(_said(error)) from error
    except RecursionError as error:
        raise YamlError("it is nested too deeply") from error
    except YamlError:
        raise
    except (ValueError, OverflowError) as error:  # "\UFFFFFFFF" is not a character
        raise YamlError(f"a value cannot be read: {error}") from error


def _document(loader: "_Loader") -> Document:
    node = loader.get_node() if loader.check_node() else None
    if node is None:
        return Document(value=None)
    if loader.check_node():
        raise YamlError("it holds more than one document (a line ---)")
    inspected = _Inspection()
    inspected.weigh(node, ())
    return Document(
        value=loader.construct_document(node),
        twice=tuple(inspected.twice),
        unclear=tuple(inspected.unclear),
    )


def _said(error: yaml.YAMLError) -> str:
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark is not None:
        mark = error.problem_mark
        return f"line {mark.line + 1}, column {mark.column + 1}: {error.problem}"
    return " ".join(str(error).split())


class _Loader(SafeConstructor, yaml.BaseLoader):
    """PyYAML without tags, and without YAML 1.1's notion of what text without quotes means."""

    def get_event(self) -> yaml.Event:
        event: yaml.Event = super().get_event()  # type: ignore[no-untyped-call]
        if tag := getattr(event, "tag", None):
            shown = tag.replace(_YAML, "!!")
            reason = f"tags such as {shown} are not taken (text goes in quotes)"
            raise YamlError(f"line {_line(event)}: {reason}")
        if _SURROGATE.search(getattr(event, "value", "")):
            raise YamlError(f"line {_line(event)}: \\ud800 to \\udfff are not characters")
        return event


for _tag, _pattern in _NOT_TEXT.items():
    _Loader.add_implicit_resolver(_tag, re.compile(rf"(?:{_pattern})\Z"), None)
for _tag in (_MERGE, _UNCLEAR):
    _Loader.add_constructor(_tag, lambda _, node: node.value)


class _Inspection:
    """Goes through a file's nodes before they become values, and collects what is wrong."""

    def __init__(self) -> None:
        self.twice: list[Problem] = []
        self.unclear: list[Problem] = []
        self._weights: dict[int, int] = {}

    def weigh(self, node: yaml.Node, path: Path) -> int:
        """Return how many values ``node`` holds, those behind aliases counted each time."""
        own = id(node)
        if own not in self._weights:
            self._weights[own] = 0  # until all below it is counted
            inside = (self.weigh(child, (*path, step)) for step, child in self._inside(node, path))
            self._weights[own] = 1 + sum(inside)
        if not self._weights[own]:
            raise YamlError("an anchor's value contains itself")
        if self._weights[own] > MOST_NODES:
            raise YamlError(f"it holds more than {MOST_NODES} values")
        return self._weights[own]

    def _inside(self, node: yaml.Node, path: Path) -> Iterator[tuple[str | int, yaml.Node]]:
        if isinstance(node, yaml.SequenceNode):
            yield from enumerate(node.value)
        elif isinstance(node, yaml.MappingNode):
            lines: dict[str, int] = {}
            node.value = [(self._key(key, path, lines), value) for key, value in node.value]
            yield from ((key.value, value) for key, value in node.value)
        elif isinstance(node, yaml.ScalarNode) and node.tag == _UNCLEAR:
            self._unclear(node, path, _shown(node))

    def _key(self, key: yaml.Node, path: Path, lines: dict[str, int]) -> yaml.Node:
        """Return ``key`` as text, which all keys are to the engine."""
        if not isinstance(key, yaml.ScalarNode) or key.tag == _NULL:
            raise YamlError(f"line {_line(key)}: a key must be text")
        own = (*path, key.value)
        if key.tag == _UNCLEAR:
            self._unclear(key, own, f"the key {_shown(key)}")
        if key.value in lines:
            reason = f"it is given twice (lines {lines[key.value]} and {_line(key)})"
            self.twice.append((own, reason))
        lines.setdefault(key.value, _line(key))
        return key if key.tag == _MERGE else yaml.ScalarNode(_TEXT, key.value, key.start_mark)

    def _unclear(self, node: yaml.ScalarNode, path: Path, what: str) -> None:
        reason = f"line {_line(node)}: without quotes, {what} does not stay as it is written"
        self.unclear.append((path, reason))


def _line(what: yaml.Node | yaml.Event) -> int:
    return int(what.start_mark.line) + 1  # type: ignore[union-attr]


def _shown(node: yaml.ScalarNode) -> str:
    text = str(node.value)
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"
