"""What is kept on disk: the book, and how far the journal was read for it, in one file.

Both are written together, so that whatever ends the follower, each line counts once.
"""

import json
import os
from collections.abc import Mapping
from pathlib import Path

NAME = "state.json"


def read(folder: Path) -> "Mapping[str, object] | None":
    """Return what was kept last; None if there is nothing.

    Raises:
        OSError: the file cannot be read.
        ValueError: it is broken.
    """
    try:
        found = json.loads((folder / NAME).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    if isinstance(found, dict) and isinstance(found.get("cursor"), str):
        return found
    raise ValueError("it is not what was written")


def write(folder: Path, book: Mapping[str, object], cursor: str) -> None:
    """Keep ``book`` and ``cursor``; the file is always whole.

    Raises:
        OSError: it cannot be written; what was kept before is still there.
    """
    new = folder / f".{NAME}"
    with new.open("w", encoding="utf-8") as file:
        json.dump({"cursor": cursor, **book}, file, separators=(",", ":"))
        file.flush()
        os.fsync(file.fileno())
    new.replace(folder / NAME)
