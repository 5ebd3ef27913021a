"""``python -m tools.users STACK``."""

import sys

from tools import ending
from tools.users.command import main

sys.exit(ending.run(lambda: main(sys.argv[1:])))
