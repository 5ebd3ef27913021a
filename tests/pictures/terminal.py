"""The picture of a terminal: what a real run printed, from the recorded text, by rich."""

import io
from collections.abc import Sequence
from xml.sax.saxutils import escape

from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

from tests.pictures.canvas import DARK, LIGHT, MONO
from tests.pictures.record import RECORDING

MINIMUM_COLUMNS = 60
_ID = "terminal"
# All sixteen differ from each other and from the ink: rich numbers its styles by their colours, and
# the numbers must be the same in both themes.
_LIGHT = (
    "1f2329", "c4242f", "1a7f37", "8a5d00", "0969da", "8250df", "1b7c83", "59636e",
    "66707b", "a40e26", "116329", "633c01", "0550ae", "6639ba", "3192aa", "30363d",
)  # fmt: skip
_DARK = (
    "6e7681", "ff7b72", "3fb950", "d29922", "58a6ff", "bc8cff", "39c5cf", "b1bac4",
    "8b949e", "ffa198", "56d364", "e3b341", "79c0ff", "d2a8ff", "56d4dd", "fafbfc",
)  # fmt: skip
_FORMAT = """\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {{width:g}} {{height:g}}"
 width="{{width:g}}" height="{{height:g}}" role="img" aria-labelledby="title description">
<title id="title">{title}</title>
<desc id="description">A terminal in which a real run of the command is seen, to its end.</desc>
<style>
svg {{{{ --paper: {light[paper]}; --edge: {light[plain-edge]}; --soft: {light[soft]} }}}}
text {{{{ font-family: {mono}; font-size: {{char_height}}px; white-space: pre }}}}
{{styles}}
@media (prefers-color-scheme: dark) {{{{
svg {{{{ --paper: {dark[paper]}; --edge: {dark[plain-edge]}; --soft: {dark[soft]} }}}}
{dark_rules}
}}}}
</style>
<defs>
{{lines}}
</defs>
<rect width="100%" height="100%" rx="10" fill="var(--paper)" stroke="var(--edge)"/>
<g fill="var(--edge)"><circle cx="24" cy="22" r="6"/><circle cx="44" cy="22" r="6"/>\
<circle cx="64" cy="22" r="6"/></g>
<text x="50%" y="28" text-anchor="middle" fill="var(--soft)">{title}</text>
<g transform="translate({{terminal_x}}, {{terminal_y}})">
{{backgrounds}}
{{matrix}}
</g>
</svg>
"""


def draw() -> str:
    """Return the picture of the recording in ``docs/pictures/terminal.txt``."""
    return picture(RECORDING.read_text(encoding="utf-8"))


def picture(recorded: str) -> str:
    """Return the picture of ``recorded``: the line ``$ command``, and what was printed (ANSI).

    Raises:
        ValueError: its colours are not told apart in one of the themes.
    """
    command, _, said = recorded.partition("\n")
    light, dark = (
        _exported(said, _theme(paper, sixteen), "{styles}")
        for paper, sixteen in ((LIGHT, _LIGHT), (DARK, _DARK))
    )
    if light.count("\n") != dark.count("\n"):
        raise ValueError("two colours of the recording are one in the light or in the dark theme")
    title = escape(command.removeprefix("$ ")).replace("{", "{{").replace("}", "}}")
    form = _FORMAT.format(
        title=title, light=LIGHT, dark=DARK, mono=MONO,
        dark_rules=dark.replace("{", "{{").replace("}", "}}"),
    )  # fmt: skip
    drawn = _exported(said, _theme(LIGHT, _LIGHT), form)
    return "\n".join(line.rstrip() for line in drawn.splitlines()) + "\n"


def _exported(said: str, theme: TerminalTheme, form: str) -> str:
    text = Text.from_ansi(said)
    width = max(MINIMUM_COLUMNS, *(line.cell_len for line in text.split("\n")))
    console = Console(record=True, width=width, file=io.StringIO(), legacy_windows=False)
    console.print(text, no_wrap=True, overflow="ignore", crop=False)
    return console.export_svg(theme=theme, code_format=form, unique_id=_ID, title="")


def _theme(colours: dict[str, str], sixteen: Sequence[str]) -> TerminalTheme:
    palette = [_rgb(one) for one in sixteen]
    paper, ink = (_rgb(colours[name].removeprefix("#")) for name in ("paper", "ink"))
    return TerminalTheme(paper, ink, palette[:8], palette[8:])


def _rgb(text: str) -> tuple[int, int, int]:
    red, green, blue = bytes.fromhex(text)
    return red, green, blue
