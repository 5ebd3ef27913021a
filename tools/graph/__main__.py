"""``python -m tools.graph STACK``."""

import sys

from tools import ending
from tools.graph.command import main

sys.exit(ending.run(lambda: main(sys.argv[1:])))
