"""A sheet on which boxes, lines and words are drawn, in light and dark colours."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from xml.sax.saxutils import escape, quoteattr

# Names of colours: paper, ink, soft (lesser words), line, and a pair for each kind of box.
LIGHT = {
    "paper": "#ffffff", "ink": "#1f2328", "soft": "#59636e", "line": "#818b98",
    "plain": "#f6f8fa", "plain-edge": "#d1d9e0", "action": "#0b57d0", "on-action": "#ffffff",
    "server": "#ddf4ff", "server-edge": "#0969da", "mail": "#dafbe1", "mail-edge": "#1a7f37",
    "dns": "#fff1d6", "dns-edge": "#9a6700", "keys": "#fbefff", "keys-edge": "#8250df",
}  # fmt: skip
DARK = {
    "paper": "#0d1117", "ink": "#f0f6fc", "soft": "#9da7b3", "line": "#7d8590",
    "plain": "#161b22", "plain-edge": "#3d444d", "action": "#a8c7fa", "on-action": "#062e6f",
    "server": "#121d2f", "server-edge": "#4493f8", "mail": "#12261e", "mail-edge": "#3fb950",
    "dns": "#272115", "dns-edge": "#d29922", "keys": "#211830", "keys-edge": "#ab7df8",
}  # fmt: skip
FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, "Liberation Sans", sans-serif'
MONO = 'ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace'
_RULES = f"""\
    text {{ font-family: {FONT}; fill: var(--ink); font-size: 15px }}
    .title {{ font-weight: 600; font-size: 17px }}
    .soft {{ fill: var(--soft) }}
    .mono {{ font-family: {MONO}; font-size: 14px }}
    .link {{ fill: var(--action); text-decoration: underline }}
    .line {{ fill: none; stroke: var(--line); stroke-width: 1.6 }}"""


def style() -> str:
    """Return the rules of a sheet: its colours, light or dark, and its fonts."""
    light, dark = ("; ".join(f"--{name}: {value}" for name, value in colours.items())
                   for colours in (LIGHT, DARK))  # fmt: skip
    return (
        f"    svg {{ {light} }}\n"
        f"    @media (prefers-color-scheme: dark) {{ svg {{ {dark} }} }}\n{_RULES}"
    )


@dataclass(kw_only=True)
class Canvas:
    """The sheet; lengths are in units of the drawing, from the upper left corner.

    Attributes:
        width: of the sheet.
        height: of the sheet.
        title: what a reader is told who does not see it, in a few words.
        description: the same at length.
    """

    width: int
    height: int
    title: str
    description: str
    _parts: list[str] = field(default_factory=list)

    def box(
        self, x: float, y: float, width: float, height: float, kind: str = "plain", *,
        radius: float = 8,
    ) -> None:  # fmt: skip
        """Draw a box in the colours of ``kind``."""
        self._parts.append(
            f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="{radius:g}"'
            f' fill="var(--{kind})" stroke="var(--{kind}-edge)" stroke-width="1.4"/>'
        )

    def fill(
        self, x: float, y: float, width: float, height: float, colour: str, *, radius: float = 4
    ) -> None:
        """Draw an area without an edge."""
        self._parts.append(
            f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="{radius:g}"'
            f' fill="var(--{colour})"/>'
        )

    def circle(self, x: float, y: float, radius: float, fill: str, edge: str = "line") -> None:
        """Draw a circle around a point; ``fill`` and ``edge`` are colours."""
        self._parts.append(
            f'<circle cx="{x:g}" cy="{y:g}" r="{radius:g}" fill="var(--{fill})"'
            f' stroke="var(--{edge})" stroke-width="1.6"/>'
        )

    def words(
        self, x: float, y: float, text: str, classes: str = "", *, anchor: str = "start",
        colour: str = "",
    ) -> None:  # fmt: skip
        """Write one line; ``y`` is its base line, ``anchor`` start, middle or end."""
        named = f" class={quoteattr(classes)}" if classes else ""
        placed = f' text-anchor="{anchor}"' if anchor != "start" else ""
        filled = f' style="fill: var(--{colour})"' if colour else ""
        self._parts.append(
            f'<text x="{x:g}" y="{y:g}"{named}{placed}{filled}>{escape(text)}</text>'
        )

    def path(self, steps: str, *, arrow: bool = False) -> None:
        """Draw a line along ``steps`` (SVG's words for a path)."""
        head = ' marker-end="url(#head)"' if arrow else ""
        self._parts.append(f'<path class="line" d="{steps}"{head}/>')

    def tick(self, points: Sequence[tuple[float, float]], colour: str) -> None:
        """Draw a thick line through ``points``."""
        joined = " ".join(f"{x:g},{y:g}" for x, y in points)
        self._parts.append(
            f'<polyline points="{joined}" fill="none" stroke="var(--{colour})" stroke-width="2.2"/>'
        )

    def svg(self) -> str:
        """Return the picture's file."""
        size = f'viewBox="0 0 {self.width} {self.height}" width="{self.width}"'
        named = 'role="img" aria-labelledby="title description"'
        at = 'markerWidth="8" markerHeight="8" refX="7" refY="4"'
        marked = f'<marker id="head" {at} orient="auto" markerUnits="userSpaceOnUse">'
        head = '<path d="M0 0 L8 4 L0 8 z" fill="var(--line)"/>'
        within = f'width="{self.width - 1}" height="{self.height - 1}"'
        paper = 'fill="var(--paper)" stroke="var(--plain-edge)"'
        lines = [
            f'<svg xmlns="http://www.w3.org/2000/svg" {size} height="{self.height}" {named}>',
            f'<title id="title">{escape(self.title)}</title>',
            f'<desc id="description">{escape(self.description)}</desc>',
            f"<style>\n{style()}\n</style>",
            f"<defs>{marked}{head}</marker></defs>",
            f'<rect x="0.5" y="0.5" {within} rx="10" {paper}/>',
            *self._parts,
            "</svg>",
        ]
        return "\n".join(lines) + "\n"
