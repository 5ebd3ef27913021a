"""``make blocked``, ``make unblock``: who is shut out of a stack's server, and what may not leave.

python -m tools.blocked STACK [--free ADDRESS] [--json]
"""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from tools import ending
from tools.on_host import FAILURES, run

COMMAND = 'cd /usr/local/lib/tapal/door && exec /usr/bin/python3 -S -B -m mail.door.status "$@"'


def main(arguments: Sequence[str]) -> int:
    """Ask the server, print what it says, and return the exit status."""
    asked = _parser().parse_args(arguments)
    if asked.free == "":
        print("✗ name the address: make unblock STACK=… ADDRESS=…", file=sys.stderr)
        return 1
    more = ["--free", asked.free] if asked.free else []
    try:
        said = run(asked.stack, ["sh", "-c", COMMAND, "sh", *more])
    except FAILURES as error:
        print(f"✗ {error}", file=sys.stderr)
        return 1
    print(said if more or asked.json else text(json.loads(said)), end="")
    return 0


def text(found: Mapping[str, Any]) -> str:
    """Return what the server found, as lines for a person."""
    lines = [f"blocked until {one['until']}: {one['address']}" for one in found["blocked"]]
    lines += [
        f"may not leave: {one['protocol']} to port {one['port']}, {one['packets']} packets"
        for one in found["refusedToLeave"]
    ]
    return "".join(f"{one}\n" for one in lines or ["nobody is blocked, nothing was refused"])


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tools.blocked", description=__doc__)
    parser.add_argument("stack", metavar="STACK", help="the stack whose server is asked")
    parser.add_argument("--free", metavar="ADDRESS", help="let this address in again")
    parser.add_argument("--json", action="store_true", help="as the server says it")
    return parser


if __name__ == "__main__":
    sys.exit(ending.run(lambda: main(sys.argv[1:])))
