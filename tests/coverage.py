"""``python -m tests.coverage``: branch coverage by the quick tests, summed up for each folder.

What is measured stands in ``pyproject.toml``. Words after it go to pytest, such as
``tests/mail -k spf``.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from coverage import Coverage

PYTEST = ("-m", "pytest", "-q", "--numprocesses=auto", "--dist=worksteal", "-m", "not needs_lab")
MEASURE = ("--cov", "--cov-report=")


@dataclass(frozen=True, kw_only=True)
class Sum:
    """How many statements and branches there are, and how many of them were run."""

    statements: int = 0
    run: int = 0
    branches: int = 0
    taken: int = 0

    def __add__(self, other: "Sum") -> "Sum":
        """Return both together."""
        return Sum(
            statements=self.statements + other.statements,
            run=self.run + other.run,
            branches=self.branches + other.branches,
            taken=self.taken + other.taken,
        )

    @property
    def percent(self) -> float:
        """The share that was run, of statements and branches together, as coverage.py has it."""
        whole = self.statements + self.branches
        return 100 * (self.run + self.taken) / whole if whole else 100.0


def by_folder(files: Mapping[str, Mapping[str, Any]]) -> dict[str, Sum]:
    """Return the sums of every folder, what lies in deeper ones included, and the ``total``."""
    sums: dict[str, Sum] = {}
    for name, file in files.items():
        counted = file["summary"]
        one = Sum(
            statements=counted["num_statements"],
            run=counted["covered_lines"],
            branches=counted["num_branches"],
            taken=counted["covered_branches"],
        )
        above = [folder.as_posix() for folder in PurePosixPath(name).parents if folder.name]
        for folder in (*above, "total"):
            sums[folder] = sums.get(folder, Sum()) + one
    return dict(sorted(sums.items(), key=lambda item: (item[0] == "total", item[0])))


def table(sums: Mapping[str, Sum]) -> str:
    """Return ``sums`` as lines for a terminal."""
    rows = [f"{'folder':24}{'statements':>12}{'branches':>18}{'run':>10}"]
    for folder, one in sums.items():
        statements, branches = f"{one.run}/{one.statements}", f"{one.taken}/{one.branches}"
        rows.append(f"{folder:24}{statements:>12}{branches:>18}{one.percent:>9.1f}%")
    return "\n".join(rows)


def main(words: Sequence[str]) -> int:
    """Run the quick tests, print the sums, and return pytest's exit status."""
    with tempfile.TemporaryDirectory() as folder:
        data, report = Path(folder, "data"), Path(folder, "report.json")
        environment = {**os.environ, "COVERAGE_FILE": str(data)}
        command = [sys.executable, *PYTEST, *MEASURE, *words]
        status = subprocess.run(command, env=environment, check=False).returncode
        measured = Coverage(data_file=str(data))
        measured.load()
        measured.json_report(outfile=str(report))
        print(table(by_folder(json.loads(report.read_text())["files"])))
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
