"""``python -m tools.password STACK``."""

import sys

from tools import ending
from tools.password.command import main

sys.exit(ending.run(lambda: main(sys.argv[1:])))
