"""``python -m tools.lint_stacks``."""

import sys

from tools.lint_stacks.command import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
