"""Places boxes in rows, each below what it waits for, and lines between them (Sugiyama's way).

A line that passes a row has a place there, so that it does not run through a box. Lines that
follow from others are left out: what waits for the certificate waits for the server as well.
"""

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from tools.graph.boxes import Box

WIDTH, HEIGHT = 108.0, 44.0
GAP_X, GAP_Y = 12.0, 40.0
PASS = 10.0  # width of a place for a line
ROUNDS = 8


@dataclass(frozen=True, kw_only=True)
class Placed:
    """A box and its upper left corner."""

    box: Box
    x: float
    y: float


@dataclass(frozen=True, kw_only=True)
class Line:
    """From a box to one that waits for it: the points that it goes through."""

    start: str
    end: str
    points: tuple[tuple[float, float], ...]


@dataclass(frozen=True, kw_only=True)
class Layout:
    """The picture's size, its boxes and lines."""

    width: float
    height: float
    boxes: Sequence[Placed]
    lines: Sequence[Line]


def place(boxes: Sequence[Box]) -> Layout:
    """Return where ``boxes``, each after those that it waits for, stand."""
    needed = _reduced(boxes)
    depth: dict[str, int] = {}
    for one in boxes:
        depth[one.key] = 1 + max((depth.get(each, -1) for each in needed[one.key]), default=-1)
    rows: list[list[str]] = [[] for _ in range(max(depth.values(), default=-1) + 1)]
    for one in boxes:
        rows[depth[one.key]].append(one.key)
    paths = _paths(needed, depth, rows)
    _untangle(rows, paths)
    return _drawn(boxes, rows, paths)


def _reduced(boxes: Sequence[Box]) -> Mapping[str, set[str]]:
    before: dict[str, set[str]] = {}
    for one in boxes:
        known = [each for each in one.waits_for if each in before]
        before[one.key] = set(known).union(*(before[each] for each in known))
    return {
        one.key: {
            each for each in one.waits_for
            if not any(each in before.get(other, ()) for other in one.waits_for - {each})
        }
        for one in boxes
    }  # fmt: skip


def _paths(
    needed: Mapping[str, Iterable[str]], depth: Mapping[str, int], rows: list[list[str]]
) -> list[list[str]]:
    """Return for each line what it goes through, and give it a place in the rows between."""
    paths = []
    for end, starts in needed.items():
        for start in sorted(starts):
            between = [f"{row} {start} {end}" for row in range(depth[start] + 1, depth[end])]
            for number, place in enumerate(between, depth[start] + 1):
                rows[number].append(place)
            paths.append([start, *between, end])
    return paths


def _untangle(rows: list[list[str]], paths: Iterable[Sequence[str]]) -> None:
    """Order each row by the middle of its neighbours' places, down and up again."""
    above: dict[str, list[str]] = {}
    below: dict[str, list[str]] = {}
    for path in paths:
        for one, other in itertools.pairwise(path):
            below.setdefault(one, []).append(other)
            above.setdefault(other, []).append(one)
    for number in range(ROUNDS):
        neighbours = above if number % 2 == 0 else below
        where = {key: (place + 0.5) / len(row) for row in rows for place, key in enumerate(row)}
        for row in rows if number % 2 == 0 else reversed(rows):
            row.sort(key=lambda key: _middle(key, neighbours, where))
            where |= {key: (place + 0.5) / len(row) for place, key in enumerate(row)}


def _middle(key: str, neighbours: Mapping[str, Sequence[str]], where: Mapping[str, float]) -> float:
    near = [where[one] for one in neighbours.get(key, ())]
    return sum(near) / len(near) if near else where[key]


def _drawn(
    boxes: Sequence[Box], rows: Sequence[Sequence[str]], paths: Iterable[Sequence[str]]
) -> Layout:
    known = {one.key: one for one in boxes}
    widths = [sum(_width(key, known) + GAP_X for key in row) - GAP_X for row in rows]
    whole = max(widths, default=0.0)
    middles: dict[str, tuple[float, float]] = {}
    placed = []
    for number, (row, width) in enumerate(zip(rows, widths, strict=True)):
        x, y = (whole - width) / 2, number * (HEIGHT + GAP_Y)
        for key in row:
            middles[key] = (x + _width(key, known) / 2, y)
            if key in known:
                placed.append(Placed(box=known[key], x=x, y=y))
            x += _width(key, known) + GAP_X
    lines = [Line(start=path[0], end=path[-1], points=_points(path, middles)) for path in paths]
    height = len(rows) * (HEIGHT + GAP_Y) - GAP_Y
    return Layout(width=whole, height=max(height, 0.0), boxes=placed, lines=lines)


def _points(
    path: Sequence[str], middles: Mapping[str, tuple[float, float]]
) -> tuple[tuple[float, float], ...]:
    points = [(middles[path[0]][0], middles[path[0]][1] + HEIGHT)]
    for key in path[1:-1]:  # straight through the row
        x, y = middles[key]
        points += [(x, y), (x, y + HEIGHT)]
    return (*points, middles[path[-1]])


def _width(key: str, known: Mapping[str, Box]) -> float:
    return WIDTH if key in known else PASS
