"""``python -m tools.engine``."""

import sys

from tools import ending
from tools.engine.command import main

if __name__ == "__main__":
    sys.exit(ending.run(main))
