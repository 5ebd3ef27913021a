"""``python -m tools.graph STACK``."""

import sys

from tools.graph.command import main

sys.exit(main(sys.argv[1:]))
