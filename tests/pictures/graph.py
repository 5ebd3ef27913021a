"""The picture of the graph: what there is, and what waits for what."""

from tests.pictures.canvas import Canvas
from tests.pictures.units import GROUPS, Graph, Unit, one_domain

COLUMN, GAP, MARGIN = 186, 22, 24
ROW, BOX, TOP = 100, 68, 92
RADIUS = 10  # of the corners of a line that goes round others


def draw() -> str:
    """Return the picture of a stack with one domain."""
    graph = one_domain()
    rows = max(graph.row(unit) for unit in graph.waits) + 1
    bottom = TOP + (rows - 1) * ROW + BOX
    canvas = Canvas(
        width=2 * MARGIN + 3 * COLUMN + 2 * GAP,
        height=bottom + 58,
        title="What tapal makes, and in which order",
        description=_told(graph),
    )
    canvas.words(MARGIN, 36, "One stack: a server and a domain", "title")
    told = f"Numbers: how many resources, {graph.resources} in all. An arrow leads to what waits."
    canvas.words(MARGIN, 60, told, "soft")
    for unit, others in graph.waits.items():
        for other in sorted(others, key=lambda one: (graph.row(one), one.title)):
            _line(canvas, graph, other, unit)
    for unit in graph.waits:
        _box(canvas, graph, unit)
    _legend(canvas, bottom + 36)
    return canvas.svg()


def _told(graph: Graph) -> str:
    lines = []
    for unit in sorted(graph.waits, key=graph.row):
        before = " and ".join(sorted(one.title for one in graph.waits[unit]))
        lines.append(f"{unit.title} ({unit.about}): {f'after {before}' if before else 'at once'}.")
    return " ".join(lines)


def _place(graph: Graph, unit: Unit) -> tuple[float, float]:
    return MARGIN + unit.column * (COLUMN + GAP), TOP + graph.row(unit) * ROW


def _box(canvas: Canvas, graph: Graph, unit: Unit) -> None:
    x, y = _place(graph, unit)
    canvas.box(x, y, COLUMN, BOX, unit.group)
    canvas.words(x + 12, y + 28, unit.title, "title")
    canvas.words(x + 12, y + 51, unit.about, "soft")
    canvas.words(x + COLUMN - 10, y + 28, str(graph.counted[unit]), "soft", anchor="end")


def _line(canvas: Canvas, graph: Graph, above: Unit, below: Unit) -> None:
    """Draw what waits for what, straight if nothing is in the way, else along the right side.

    Raises:
        ValueError: a box is in the way that the right side does not avoid.
    """
    (x, y), (to_x, to_y) = _place(graph, above), _place(graph, below)
    between = range(graph.row(above) + 1, graph.row(below))
    hidden = [unit for unit in graph.waits
              if unit.column == below.column and graph.row(unit) in between]  # fmt: skip
    start, end, middle = y + BOX, to_y - 1, COLUMN / 2
    if not hidden and (above.column == below.column or not between):
        half = (start + end) / 2
        canvas.path(
            f"M{x + middle:g} {start:g} C{x + middle:g} {half:g} {to_x + middle:g} {half:g}"
            f" {to_x + middle:g} {end:g}",
            arrow=True,
        )
    elif above.column == below.column == 2:
        side, right, into = x + COLUMN + 12, x + COLUMN, to_y + BOX / 2
        canvas.path(
            f"M{right:g} {y + BOX / 2:g} H{side - RADIUS:g} q{RADIUS} 0 {RADIUS} {RADIUS}"
            f" V{into - RADIUS:g} q0 {RADIUS} -{RADIUS} {RADIUS} H{right + 1:g}",
            arrow=True,
        )
    else:
        raise ValueError(f"{above.title} → {below.title}: another column is needed, see UNITS")


def _legend(canvas: Canvas, y: float) -> None:
    x: float = MARGIN
    for group, name in GROUPS.items():
        canvas.box(x, y - 13, 16, 16, group, radius=4)
        canvas.words(x + 24, y, name, "soft")
        x += 62 + 9 * len(name)
