"""``python -m tools.status STACK``."""

import sys

from tools import ending
from tools.status.command import main

sys.exit(ending.run(lambda: main(sys.argv[1:])))
