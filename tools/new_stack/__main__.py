"""``python -m tools.new_stack``."""

import sys

from tools.new_stack.command import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
