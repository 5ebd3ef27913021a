"""``python -m tools.engine``."""

import sys

from tools.engine.command import main

if __name__ == "__main__":
    sys.exit(main())
