"""Quick needs no more than CONTRIBUTING.md says, and passes on Debian 13's Python too."""

import re
from pathlib import Path

from tests.debian import image

LOOK = """
import os, socket, sys
print(sys.version_info[:2], os.getuid(), [name for _, name in socket.if_nameindex()])
"""


def test_the_image_has_another_python_and_neither_root_nor_a_network(tmp_path: Path) -> None:
    done = image.run(["venv/bin/python", "-c", LOOK], tmp_path)
    assert (done.returncode, done.stdout) == (0, f"(3, 13) {image.OWNER} ['lo']\n")


def test_quick_passes_there(tmp_path: Path) -> None:
    done = image.run(["make", "quick"], tmp_path)
    assert done.returncode == 0, done.stdout[-8000:]
    assert re.search(r"^\d{4,} passed in ", done.stdout, re.MULTILINE), done.stdout[-2000:]
