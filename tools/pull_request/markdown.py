"""Markdown for GitHub from text that may hold anything, without letting that text be Markdown.

What a zone or a host's file holds comes from outside: it must not end a fence, mention a person,
link an issue, or hide its own direction of reading.
"""

import html
import re

from tools.changes.visible import visible

LIMIT = 65_536
"""Characters that GitHub takes in a comment or an issue; it counts as UTF-16 does."""

_SPECIAL = re.compile(r"([\\`*_\[\]|~^$])|^([-+=#]|\d+(?=[.)]))")
# A person (@name), an issue (#1, GH-1). An address (me@example.net) is neither.
_LINKS_ITSELF = re.compile(
    r"(?<![A-Za-z0-9_])@(?=[A-Za-z0-9])|#(?=\d)|(?<=GH-)(?=\d)", re.IGNORECASE
)


def size(text: str) -> int:
    """Return how many characters GitHub counts in ``text``."""
    return len(text.encode("utf-16-le", errors="surrogatepass")) // 2


def fence(text: str, language: str = "") -> str:
    """Return ``text`` as a block that is shown as it stands, whatever backticks it holds."""
    body = visible(text).rstrip("\n")
    runs = [len(run) for run in re.findall("`+", body)]
    ticks = "`" * max(3, *(length + 1 for length in runs), 3)
    return f"{ticks}{language}\n{body}\n{ticks}"


def code(text: str) -> str:
    """Return ``text`` as one piece of code within a line, safe in a table's cell too."""
    return f"<code>{plain(text)}</code>" if text else ""


def plain(text: str) -> str:
    """Return ``text``, on one line, as nothing but itself: no markup, link, mention or number."""
    one_line = html.escape(" ".join(visible(text).split()), quote=False)
    escaped = _SPECIAL.sub(_escaped, one_line)
    # An empty comment parts what GitHub would otherwise turn into a link.
    return _LINKS_ITSELF.sub(r"\g<0><!-- -->", escaped)


def _escaped(found: re.Match[str]) -> str:
    # A number would begin a list by the point that follows it.
    return f"{found[0]}\\" if found[0].isdigit() else f"\\{found[0]}"


def details(summary: str, body: str, *, opened: bool = False) -> str:
    """Return a part that unfolds at a click; ``summary`` and ``body`` are Markdown already."""
    start = "<details open>" if opened else "<details>"
    return f"{start}\n<summary>{summary}</summary>\n\n{body}\n\n</details>"


def shares(wanted: list[int], budget: int) -> list[int]:
    """Share ``budget`` out: who wants little gets it whole, the others get equal parts of the rest.

    Returns:
        One number for each of ``wanted``, none above it, all together at most ``budget``.
    """
    given = [0] * len(wanted)
    left, waiting = max(budget, 0), sorted(range(len(wanted)), key=lambda index: wanted[index])
    for place, index in enumerate(waiting):
        given[index] = min(wanted[index], left // (len(waiting) - place))
        left -= given[index]
    return given
