"""``python -m tools.pull_request``."""

import sys

from tools.pull_request.command import main

if __name__ == "__main__":
    sys.exit(main())
