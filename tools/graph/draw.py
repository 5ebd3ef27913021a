"""The picture as SVG: readable in light and dark, in a page or alone."""

import re
from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path

from mail.template import render
from tools.graph.boxes import GROUPS, Box, folded
from tools.graph.layout import HEIGHT, WIDTH, Line, Placed, place

STYLE = Path(__file__).with_name("style.css").read_text(encoding="utf-8")
PAGE = "tools/graph/page.html.j2"
EDGE = 6.0
LETTERS = 14  # of a title in a row


def page(stack: str, boxes: Sequence[Box], taken: str) -> str:
    """Return a whole page about ``stack``, with nothing that is loaded from elsewhere.

    Args:
        stack: its name.
        boxes: what is in it.
        taken: when the state was read.
    """
    groups = [
        {
            "name": group,
            "id": _style(group),
            "boxes": [_card(one) for one in boxes if one.group == group],
        }
        for group in GROUPS
    ]
    return render(
        PAGE, stack=escape(stack), style=STYLE, picture=svg(boxes, stack), taken=taken,
        groups=[one for one in groups if one["boxes"]],
    )  # fmt: skip


def picture(stack: str, boxes: Sequence[Box]) -> str:
    """Return the picture alone, as a file for a page like README."""
    return svg(boxes, stack, style=STYLE)


def svg(boxes: Sequence[Box], stack: str, style: str = "") -> str:
    """Return the picture."""
    layout = place(folded(boxes))
    inside = "\n".join([*map(_line, layout.lines), *map(_box, layout.boxes)])
    size = f"{layout.width + 2 * EDGE:.0f} {layout.height + 2 * EDGE:.0f}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{-EDGE:.0f} {-EDGE:.0f} {size}" '
        f'role="img" style="max-width: {layout.width * 1.6:.0f}px">'
        f"<title>What waits for what in {escape(stack)}</title>"
        f"{f'<style>{style}</style>' if style else ''}"
        '<defs><marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" '
        'markerHeight="7" orient="auto"><path class="tip" d="M0 0L8 4L0 8z"/></marker></defs>'
        f"\n{inside}\n</svg>\n"
    )


def _line(line: Line) -> str:
    (x, y), *rest = line.points
    path = f"M{x:.1f} {y:.1f}"
    for number, (to_x, to_y) in enumerate(rest):
        # Between rows a curve, within a row straight.
        if number % 2 == 0:
            bend = (to_y - y) / 2
            path += f"C{x:.1f} {y + bend:.1f} {to_x:.1f} {to_y - bend:.1f} {to_x:.1f} {to_y:.1f}"
        else:
            path += f"L{to_x:.1f} {to_y:.1f}"
        x, y = to_x, to_y
    return f'<path class="line" d="{path}" marker-end="url(#arrow)"/>'


def _box(one: Placed) -> str:
    words = list(_wrapped(one.box.title))[:2]
    step = 14.0
    top = one.y + HEIGHT / 2 - (len(words) - 1) * step / 2 + 4
    text = "".join(
        f'<tspan x="{one.x + WIDTH / 2:.1f}" y="{top + number * step:.1f}">{escape(row)}</tspan>'
        for number, row in enumerate(words)
    )
    told = escape("\n".join([one.box.title, *one.box.lines[:12]]))
    return (
        f'<g class="box {_style(one.box.group)}"><title>{told}</title>'
        f'<rect x="{one.x:.1f}" y="{one.y:.1f}" width="{WIDTH:.0f}" height="{HEIGHT:.0f}" '
        f'rx="7"/><text>{text}</text></g>'
    )


def _wrapped(title: str) -> Iterator[str]:
    """Yield a title in rows: separated at a blank or after a dot, long ones with an ellipsis."""
    row = ""
    for word in re.findall(r"[^. ]*[. ]?", title):
        if row and len((row + word).rstrip()) > LETTERS:
            yield _short(row.rstrip())
            row = ""
        row += word
    yield _short(row.rstrip())


def _short(row: str) -> str:
    return row if len(row) <= LETTERS else f"{row[: LETTERS - 1]}…"


def _card(one: Box) -> dict[str, object]:
    return {"title": escape(one.title), "lines": [escape(line) for line in one.lines]}


def _style(group: str) -> str:
    return group.partition(" ")[0].lower()
