"""How far a value travels: the functions between a stack's file and the resource that it ends in.

Run as ``python -m benchmarks.stations`` (`make stations`). Every call of the program's functions is
recorded while the example stack is declared. Then the line is walked back from the resource: who
made the value that it was given, from what, and where that came from. A check that looks at the
value, but makes nothing of it that goes on, is not on the line. A constructor counts as a function.
"""

import os
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import CodeType, FrameType

from tests.components import example

ROOT = Path(__file__).parents[1]
ROOMS = ("components", "mail", "settings", "ssh")
DEEPEST = 7  # objects inside each other that are searched for the value
ALIAS, INCLUDE = "canary-alias@target.test", "_canary.include.test"
ENDS = {ALIAS: "HostFile.__init__", INCLUDE: "DnsRecord.__init__"}
_IS_GENERATOR = 0x20  # `inspect.CO_GENERATOR`: each value that it yields looks like a call


@dataclass(eq=False)
class Call:
    """One call: which of the values its arguments and its result hold."""

    station: tuple[str, str]
    parent: "Call | None"
    given: frozenset[str] = frozenset()
    made: frozenset[str] = frozenset()
    within: list["Call"] = field(default_factory=list)


class Recorder:
    """Records the program's calls as a profile function of `sys.setprofile`."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self._open: list[tuple[FrameType, Call]] = []

    def __call__(self, frame: FrameType, event: str, value: object) -> None:
        """Take one event of the interpreter."""
        code = frame.f_code
        if event == "call" and _is_ours(code):
            parent = self._open[-1][1] if self._open else None
            call = Call(_station(code), parent, _held(list(_arguments(frame))))
            self.calls.append(call)
            self._open.append((frame, call))
            if parent:
                parent.within.append(call)
        elif event == "return" and self._open and self._open[-1][0] is frame:
            _, call = self._open.pop()
            is_constructor = code.co_name == "__init__"
            call.made = _held(frame.f_locals.get("self") if is_constructor else value)

    def line(self, value: str) -> list[tuple[str, str]]:
        """Return the stations of ``value``, from its first one to its end."""
        end = next(c for c in self.calls if value in c.given and c.station[1] == ENDS[value])
        return [*dict.fromkeys(reversed(list(_before(end, value)))), end.station]


def _before(call: Call, value: str) -> Iterator[tuple[str, str]]:
    """Yield the stations ahead of ``call``, the nearest one first."""
    while call.parent is not None:
        yield from _ahead_of(call, call.parent, value)
        yield call.parent.station
        call = call.parent


def _ahead_of(call: Call, frame: Call, value: str) -> Iterator[tuple[str, str]]:
    """Yield who made the value ahead of ``call`` within ``frame``, and what that rests on."""
    earlier = frame.within[: frame.within.index(call)]
    yield from _makers(earlier, frame, value)


def _makers(calls: list[Call], frame: Call, value: str) -> Iterator[tuple[str, str]]:
    maker = next((one for one in reversed(calls) if value in one.made), None)
    if maker is not None:
        yield maker.station
        yield from _makers(maker.within, maker, value)
        yield from _ahead_of(maker, frame, value)


def _is_ours(code: CodeType) -> bool:
    path = code.co_filename
    if code.co_flags & _IS_GENERATOR or not path.startswith(f"{ROOT}{os.sep}"):
        return False
    return path == str(ROOT / "__main__.py") or Path(path).relative_to(ROOT).parts[0] in ROOMS


def _station(code: CodeType) -> tuple[str, str]:
    name = code.co_qualname.partition(".<locals>")[0]
    return str(Path(code.co_filename).relative_to(ROOT)), name


def _arguments(frame: FrameType) -> Iterator[object]:
    code = frame.f_code
    starred = bool(code.co_flags & 4) + bool(code.co_flags & 8)
    count = code.co_argcount + code.co_kwonlyargcount + starred
    for name in (*code.co_varnames[:count], *code.co_freevars):
        yield frame.f_locals.get(name)


def _held(one: object) -> frozenset[str]:
    return frozenset(value for value in (ALIAS, INCLUDE) if _holds(one, value, DEEPEST))


def _holds(one: object, value: str, depth: int) -> bool:
    if isinstance(one, str):
        return value in one
    return depth > 0 and any(_holds(part, value, depth - 1) for part in _parts(one))


def _parts(one: object) -> list[object]:
    if isinstance(one, dict):
        return [*one.keys(), *one.values()]
    if isinstance(one, list | tuple | set | frozenset):
        return list(one)
    is_ours = type(one).__module__.partition(".")[0] in ROOMS and not isinstance(one, type)
    return list(vars(one).values()) if is_ours and hasattr(one, "__dict__") else []


def main() -> None:
    """Print the line of an alias and of an SPF include."""
    stack = example.stack(domains=[example.stack()["domains"][0]])
    stack["domains"][0]["aliases"]["i"] = ALIAS
    stack["domains"][0]["spf"]["include"] = [INCLUDE]
    recorder = Recorder()
    sys.setprofile(recorder)
    try:
        example.declare(stack)
    finally:
        sys.setprofile(None)
    for value in (ALIAS, INCLUDE):
        line = recorder.line(value)
        times = Counter(one.station for one in recorder.calls if value in one.given | one.made)
        modules = {module for module, _ in line}
        passed = sum(times[station] for station in line)
        print(f"{value}: {len(line)} functions in {len(modules)} modules, passed {passed} times")
        for module, function in line:
            print(f"  {times[module, function]:3} {module} {function}")


if __name__ == "__main__":
    main()
