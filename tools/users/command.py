"""The command line of ``make users``."""

import argparse
import json
import sys
from collections.abc import Sequence

from tools.on_host import FAILURES
from tools.terminal import console
from tools.users import host, table

DESCRIPTION = """\
Asks a stack's server what each account sends, over SSH and without the engine.
"""


def main(arguments: Sequence[str]) -> int:
    """Ask, print the table or JSON, and return the exit status."""
    asked = _parser().parse_args(arguments)
    try:
        usage = host.ask(asked.stack)
    except FAILURES as error:
        print(f"✗ {error}", file=sys.stderr)
        return 1
    if asked.json:
        print(json.dumps(usage.raw, indent=2, ensure_ascii=False))
    else:
        table.show(usage, console())
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make users", description=DESCRIPTION)
    parser.add_argument("stack", metavar="STACK", help="its server's accounts, or its domains'")
    parser.add_argument("--json", action="store_true", help="as JSON; times in Unix seconds")
    return parser
