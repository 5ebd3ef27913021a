"""The table: a stack's file, and beside it (``.txt``) what is said of it.

``cases`` are refused; those in ``warned`` are not, and get warnings at most, which are shown but
for those that the stack ignores. The program ``python -m tests.settings.bad_stacks.table`` writes
the second column anew, for a person to read the difference; nothing in the tests writes it.
"""

from pathlib import Path

from mail.finding import errors, refusal, render
from settings import stack_file
from settings.check import Checked, check_file
from settings.rules import ignore
from settings.shown import named
from settings.stack_file import Config, StackFileError

FOLDER = Path(__file__).parent
CASES = sorted((FOLDER / "cases").glob("*.yaml"))
WARNED = sorted((FOLDER / "warned").glob("*.yaml"))


def other_stack(name: str) -> Config:
    """Return the configuration of a stack in ``others``, or else of the project's own."""
    try:
        return stack_file.read(FOLDER / "others" / f"Pulumi.{name}.yaml")
    except StackFileError:
        return stack_file.config(name)


def checked(case: Path) -> Checked:
    """Check the stack in the file ``case``, whose name is also that of the stack."""
    return check_file(case, name=case.stem, read_stack=other_stack)


def said(case: Path) -> str:
    """Return what is said of the stack in the file ``case``."""
    found = checked(case)
    findings = named(found.findings, found.readable.settings.domains)
    if case in WARNED:
        return render(ignore.shown(findings, found.readable.settings.ignore)) + "\n"
    return refusal(errors(findings)) + "\n"


def expected(case: Path) -> Path:
    """Return the file that holds what must be said."""
    return case.with_suffix(".txt")


if __name__ == "__main__":
    for file in (*CASES, *WARNED):
        expected(file).write_text(said(file), encoding="utf-8")
