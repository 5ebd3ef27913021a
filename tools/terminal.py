"""Where tables go: a terminal with its colours, or a pipeline's log without."""

import sys

from rich.console import Console

LOG_WIDTH = 140  # columns, where no terminal says how wide it is


def console() -> Console:
    """Return standard output, with a fixed width if it is not a terminal."""
    found = Console(highlight=False)
    return found if found.is_terminal else Console(highlight=False, width=LOG_WIDTH)


def is_terminal() -> bool:
    """Return whether a person reads standard output, and nothing keeps it."""
    return sys.stdout.isatty()
