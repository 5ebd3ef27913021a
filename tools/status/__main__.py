"""``python -m tools.status STACK``."""

import sys

from tools.status.command import main

sys.exit(main(sys.argv[1:]))
