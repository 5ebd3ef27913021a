"""``python -m tools.new_stack``."""

import sys

from tools import ending
from tools.new_stack.command import main

if __name__ == "__main__":
    sys.exit(ending.run(lambda: main(sys.argv[1:])))
