"""``python -m tools.pull_request``."""

import sys

from tools import ending
from tools.pull_request.command import main

if __name__ == "__main__":
    sys.exit(ending.run(main))
