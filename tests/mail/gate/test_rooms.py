"""What runs on the host needs nothing but Debian's Python: the oldest is 3.10's grammar."""

import ast
import sys
from pathlib import Path

import pytest

GATE = Path(__file__).parents[3] / "mail/gate"
MODULES = sorted(GATE.rglob("*.py"))
OLDEST = (3, 10)


def imported(path: Path) -> list[str]:
    """Return what a module imports, whole, at any depth of its code."""
    found: list[str] = []
    for node in ast.walk(ast.parse(path.read_text(), feature_version=OLDEST)):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, "relative imports hide where they lead"
            found += [f"{node.module}.{alias.name}" for alias in node.names]
    return found


def test_there_is_something_to_read() -> None:
    assert {"decision.py", "headers.py", "authors.py"} <= {path.name for path in MODULES}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.name)
def test_the_gate_imports_the_standard_library_and_itself_alone(path: Path) -> None:
    strangers = [
        one
        for one in imported(path)
        if one.partition(".")[0] not in sys.stdlib_module_names and not one.startswith("mail.gate.")
    ]
    assert [one for one in strangers if one not in _OF_THE_GATE] == []


_OF_THE_GATE = {f"mail.gate.{path.stem}" for path in MODULES}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.name)
def test_nothing_is_newer_than_the_oldest_python(path: Path) -> None:
    """``datetime.UTC``, ``tomllib``, ``Self`` and the like came with 3.11 and later."""
    newer = {"datetime.UTC", "tomllib", "typing.Self", "typing.override", "enum.StrEnum"}
    assert not newer & set(imported(path))
    assert "except*" not in path.read_text()
