"""``python -m tools.password STACK``."""

import sys

from tools.password.command import main

sys.exit(main(sys.argv[1:]))
