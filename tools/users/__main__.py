"""``python -m tools.users STACK``."""

import sys

from tools.users.command import main

sys.exit(main(sys.argv[1:]))
