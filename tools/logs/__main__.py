"""``python -m tools.logs STACK``."""

import sys

from tools import ending
from tools.logs.command import main

sys.exit(ending.run(lambda: main(sys.argv[1:])))
