"""The command line of ``make lint-stacks``."""

import argparse
import datetime as dt
from collections.abc import Sequence
from pathlib import Path

from mail.finding import errors, warnings
from mail.lookup import Resolver
from settings import stack_file
from tools.lint_stacks import report
from tools.lint_stacks.judge import Judged, judge

DESCRIPTION = """\
Checks stacks' files: the very rules of `pulumi preview`, and recommendations.
No engine, no secrets; nothing is contacted unless --dns is given.
"""
ENDING = """\
The keys that this program makes have 2048 bits or are Ed25519, so the size of a key is looked at
only with --dns, in the records that the zones hold. Secrets are encrypted, so what is in them
(passwords, the SSH key) is checked at the preview alone.
A · marks a warning that the stack ignores (tapal:ignore), with the reason; it never fails.
exit status: 0 nothing is wrong; 1 something is, or with --strict could be better.
"""


def main(arguments: Sequence[str]) -> int:
    """Check the files that are asked for, print the table, and return the exit status."""
    asked = _parser().parse_args(arguments)
    files = asked.files or [stack_file.path(stack) for stack in stack_file.names()]
    if not files:
        print(f"there is no stack's file in {stack_file.folder().name}/: `make new` writes one")
        return 0
    resolve = Resolver() if asked.dns else None
    judged = judge(list(dict.fromkeys(files)), dt.datetime.now(dt.UTC), resolve)
    failed = status(judged, strict=asked.strict)
    report.show(judged, report.console(), failed=bool(failed))
    return failed


def status(judged: Sequence[Judged], *, strict: bool) -> int:
    """Return the exit status for what was found."""
    findings = [finding for one in judged for finding in one.findings]
    return int(bool(errors(findings) or (strict and warnings(findings))))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="make lint-stacks",
        description=DESCRIPTION,
        epilog=ENDING,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE", help="default: all of them")
    parser.add_argument("--strict", action="store_true", help="warnings fail as well")
    parser.add_argument("--dns", action="store_true", help="look at published DKIM keys too")
    return parser
