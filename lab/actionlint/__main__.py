"""``python -m lab.actionlint``: actionlint itself, with its own arguments."""

import os
import sys

from lab.actionlint.build import executable
from lab.errors import LabError

try:
    program = str(executable())
except LabError as problem:
    sys.exit(f"✗ {problem}")
os.execv(program, ["actionlint", *sys.argv[1:]])  # noqa: S606
