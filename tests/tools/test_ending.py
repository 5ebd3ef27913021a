"""Ctrl-C ends every tool with one line."""

import subprocess
import sys
from pathlib import Path

import pytest

from lab.paths import REPOSITORY

TOOLS = sorted(
    path for path in (REPOSITORY / "tools").glob("*/__main__.py") if path.parent.name[0] != "_"
)
CUT_OFF = """
import sys
from tools import ending
def main():
    {where}
    return 0
if {early}:
    raise KeyboardInterrupt
sys.exit(ending.run(main))
"""


def run(script: str) -> "subprocess.CompletedProcess[str]":
    argv = [sys.executable, "-c", script]
    return subprocess.run(argv, cwd=REPOSITORY, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("early", [True, False])
def test_ctrl_c_says_one_line(early: bool) -> None:
    done = run(CUT_OFF.format(where="raise KeyboardInterrupt", early=early))
    assert done.returncode in (130, -2)
    assert done.stderr.split() == ["·", "stopped"]


def test_an_error_keeps_its_traceback() -> None:
    done = run(CUT_OFF.format(where="raise ValueError('x')", early=False))
    assert "ValueError: x" in done.stderr


@pytest.mark.parametrize("path", TOOLS, ids=lambda path: path.parent.name)
def test_every_tool_ends_so(path: Path) -> None:
    text = path.read_text()
    assert "ending.run(" in text
    assert text.index("from tools import ending") < text.index(f"from tools.{path.parent.name}")
