"""What stays on a terminal's screen when a run has ended: progress that was drawn over is gone."""

import re

# Colours (``m``) stay in the text, for `rich.text.Text.from_ansi`.
_COLOUR = re.compile(r"\x1b\[[0-9;:]*m")
_TOKEN = re.compile(
    r"(?P<move>\x1b\[(?P<amount>\d*)(?P<way>[ABEF]))"  # up, down, next line, previous line
    r"|(?P<erase>\x1b\[(?P<what>\d?)(?P<area>[JK]))"  # of the screen, of the line
    r"|(?P<newline>\r*\n)"
    r"|(?P<start>\r|\x1b\[1?G)"  # of the line
    r"|(?P<other>\x1b\[[0-9;?]*[@-ln-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[=>78])"
    r"|(?P<text>(?:\x1b\[[0-9;:]*m|[^\x1b\r\n])+)"
)


class Screen:
    """Lines, and the one that is written on.

    It knows what programs do that draw a progress over and over (rich, Pulumi): go up, go to the
    line's start, erase. What is written at a line's start takes the whole line's place.
    """

    def __init__(self) -> None:
        self._lines = [""]
        self._row, self._over = 0, False

    def write(self, said: str) -> None:
        """Take what a program wrote to its terminal."""
        for token in _TOKEN.finditer(said):
            if token["text"]:
                self._write(token["text"])
            elif token["newline"]:
                self._go(self._row + 1)
            elif token["start"]:
                self._over = True
            elif token["move"]:
                amount = int(token["amount"] or 1)
                self._go(self._row + (-amount if token["way"] in "AF" else amount))
            elif token["erase"]:
                self._erase(token["area"])

    def text(self) -> str:
        """Return the lines with their colours; spaces and lines that end in nothing are cut off."""
        ends = re.compile(rf"\s+((?:{_COLOUR.pattern})*)$")
        return "\n".join(ends.sub(r"\1", line) for line in self._lines).rstrip("\n") + "\n"

    def _go(self, row: int) -> None:
        self._row, self._over = max(row, 0), True
        self._lines += [""] * (self._row + 1 - len(self._lines))

    def _write(self, text: str) -> None:
        if self._over and _COLOUR.sub("", text):
            self._lines[self._row], self._over = "", False
        self._lines[self._row] += text

    def _erase(self, area: str) -> None:
        self._lines[self._row] = ""
        if area == "J":
            del self._lines[self._row + 1 :]


def remaining(said: str) -> str:
    """Return what a program that wrote ``said`` has left on the screen."""
    screen = Screen()
    screen.write(said)
    return screen.text()
