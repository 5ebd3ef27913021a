"""``python -m tools.lint_stacks``."""

import sys

from tools import ending
from tools.lint_stacks.command import main

if __name__ == "__main__":
    sys.exit(ending.run(lambda: main(sys.argv[1:])))
