"""Where the lab keeps what may be made again: outside the repository, one folder per machine."""

import os
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent


def cache() -> Path:
    """Return the cache folder: ``$TAPAL_CACHE``, or ``/var/cache/tapal``."""
    return Path(os.environ.get("TAPAL_CACHE", "/var/cache/tapal"))


def run() -> Path:
    """Return the folder of the running lab's own files (overlay uppers, pid files, state)."""
    number = os.environ.get("TAPAL_LAB", "0")
    return cache() / ("lab" if number == "0" else f"lab-{number}")
