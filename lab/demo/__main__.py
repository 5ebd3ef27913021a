"""``python -m lab.demo [send]``: the whole demo, or one more mail with the running stack."""

import sys

from lab.demo import run
from lab.errors import LabError


def main() -> int:
    """Run what the command line asks for; return the exit status."""
    try:
        return run.once() if sys.argv[1:] == ["send"] else run.main()
    except LabError as error:
        print(f"✗ {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
