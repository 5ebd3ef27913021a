"""``python -m tools.testmail STACK --to ADDRESS``."""

import sys

from tools import ending
from tools.testmail.command import main

sys.exit(ending.run(lambda: main(sys.argv[1:])))
