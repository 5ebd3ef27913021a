"""``python -m tools.testmail STACK --to ADDRESS``."""

import sys

from tools.testmail.command import main

sys.exit(main(sys.argv[1:]))
