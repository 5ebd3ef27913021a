"""``python -m tests.pictures.record COMMAND…``: run a command, and keep what a person sees of it.

It runs on a terminal of its own; keys go to it, and its output comes here as well. What is on the
screen at its end, colours included, becomes ``docs/pictures/terminal.txt``, below the command. Then
``python -m tests.pictures`` makes the picture of it. Lines that nobody needs may be cut out of the
file by hand; write ``…`` in their place.
"""

import os
import pty
import shlex
import sys

from lab.paths import REPOSITORY
from tests.pictures.screen import remaining

RECORDING = REPOSITORY / "docs" / "pictures" / "terminal.txt"
COLUMNS, LINES = 88, 400


def main(command: list[str]) -> int:
    """Run ``command`` and write the recording; return the command's exit status."""
    said = bytearray()

    def read(terminal: int) -> bytes:
        some = os.read(terminal, 65536)
        said.extend(some)
        return some

    # The size is known to the command from its first word on, however early it asks.
    size = f"stty cols {COLUMNS} rows {LINES}; exec {shlex.join(command)}"
    status = pty.spawn(["sh", "-c", size], read)
    text = remaining(said.decode(errors="replace"))
    RECORDING.write_text(f"$ {shlex.join(command)}\n{text}", encoding="utf-8")
    return os.waitstatus_to_exitcode(status)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
