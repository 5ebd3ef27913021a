"""``python -m lab.engine``: make the engine ready and print the folder to put first on PATH."""

import sys

from lab.engine.prepare import prepare
from lab.errors import LabError

try:
    print(prepare())
except LabError as problem:
    sys.exit(f"✗ {problem}")
