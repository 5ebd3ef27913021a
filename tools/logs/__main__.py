"""``python -m tools.logs STACK``."""

import sys

from tools.logs.command import main

sys.exit(main(sys.argv[1:]))
