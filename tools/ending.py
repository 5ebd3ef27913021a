"""How a tool ends: by its exit status, or by one line if a person stopped it.

Imported before a tool's own modules: from then on Ctrl-C prints no traceback, wherever it comes.
"""

import sys
from collections.abc import Callable
from types import TracebackType

INTERRUPTED = 130  # what a shell gives a process that SIGINT ended


def run(main: Callable[[], int]) -> int:
    """Return the exit status of ``main``; after Ctrl-C say so, and nothing else."""
    try:
        return main()
    except KeyboardInterrupt:
        _stopped()
        return INTERRUPTED


def _stopped() -> None:
    sys.stdout.flush()
    print("\n· stopped", file=sys.stderr, flush=True)


def _hook(kind: type[BaseException], error: BaseException, traceback: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        _stopped()
    else:
        sys.__excepthook__(kind, error, traceback)


sys.excepthook = _hook
