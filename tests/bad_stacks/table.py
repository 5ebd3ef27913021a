"""The table: a stack's file, and beside it (``.txt``) what is said of it.

``cases`` are refused; those in ``advised`` are not, and get advice at most. The program
``python -m tests.bad_stacks.table`` writes the second column anew, for a person to read the
difference; nothing in the tests writes it.
"""

from pathlib import Path

from components import configuration, stack_check, stack_file
from components.stack_check import Checked
from components.stack_file import Config, StackFileError
from mail.finding import errors, render

FOLDER = Path(__file__).parent
CASES = sorted((FOLDER / "cases").glob("*.yaml"))
ADVISED = sorted((FOLDER / "advised").glob("*.yaml"))


def other_stack(name: str) -> Config:
    """Return the configuration of a stack in ``others``, or else of the project's own."""
    try:
        return stack_file.read(FOLDER / "others" / f"Pulumi.{name}.yaml")
    except StackFileError:
        return stack_file.config(name)


def check(case: Path) -> Checked:
    """Check the stack in the file ``case``, whose name is also that of the stack."""
    return stack_check.check_file(case, name=case.stem, read_stack=other_stack)


def said(case: Path) -> str:
    """Return what is said of the stack in the file ``case``."""
    findings = check(case).findings
    if case in ADVISED:
        return render(findings) + "\n"
    return configuration.refusal(errors(findings)) + "\n"


def expected(case: Path) -> Path:
    """Return the file that holds what must be said."""
    return case.with_suffix(".txt")


if __name__ == "__main__":
    for file in (*CASES, *ADVISED):
        expected(file).write_text(said(file), encoding="utf-8")
