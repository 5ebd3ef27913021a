"""The command line of ``make graph``."""

import argparse
import datetime as dt
import sys
from collections.abc import Sequence
from pathlib import Path

from tools import own_stack, pulumi
from tools.graph import boxes, draw
from tools.on_host import FAILURES

DESCRIPTION = """\
Draws a stack from its state: what it is made of, and what waits for what. One file, nothing loaded
from elsewhere, no secrets in it; a name that ends with .svg gets the picture alone.
"""


def main(arguments: Sequence[str]) -> int:
    """Draw, write the file, say where it is, and return the exit status."""
    asked = _parser().parse_args(arguments)
    try:
        stack = own_stack.named(asked.stack)
        found = boxes.read(pulumi.resources(stack))
    except FAILURES as error:
        print(f"✗ {error}", file=sys.stderr)
        return 1
    if not found:
        print(f"✗ {stack} has nothing yet: make up STACK={stack}", file=sys.stderr)
        return 1
    file = Path(asked.out or f"graph-{stack}.html")
    taken = dt.datetime.now(dt.UTC).strftime("%Y-%m-%d %H:%M UTC")
    svg = file.suffix == ".svg"
    text = draw.picture(stack, found) if svg else draw.page(stack, found, taken)
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        print(f"✗ {file} cannot be written: {error.strerror}", file=sys.stderr)
        return 1
    print(f"✓ {file}: open it in a browser")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make graph", description=DESCRIPTION)
    parser.add_argument("stack", metavar="STACK", nargs="?", help="which stack is drawn")
    parser.add_argument("--out", metavar="FILE", help="graph-STACK.html if left out")
    return parser
