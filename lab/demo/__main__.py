"""``python -m lab.demo [short|send]``: the demo, its first part, or one more mail."""

import sys

from lab.errors import LabError


def main() -> int:
    """Run what the command line asks for; return the exit status."""
    try:
        from lab.demo import run  # noqa: PLC0415 - $TAPAL_VPS is read there, and may be wrong

        if sys.argv[1:] == ["send"]:
            return run.once()
        return run.main(short=sys.argv[1:] == ["short"])
    except LabError as error:
        print(f"✗ {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
