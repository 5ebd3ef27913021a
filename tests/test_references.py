"""What our sentences name exists: modules in docstrings and pages, files by their path."""

import re
import subprocess

import pytest

from tests.test_layers import ROOT

ROOMS = "mail|settings|ssh|components|tools|lab|benchmarks|tests"
MODULE = re.compile(rf"`((?!tests\.yml`)(?:{ROOMS})(?:\.[a-z_]+)*\.(?:[a-z_]+|[A-Z]\w+))`")
FILE = re.compile(
    rf"(?<![\w./-])((?:{ROOMS}|docs)/[\w./-]+\.(?:py|sh|md|j2|txt|conf|pem))(?![\w*])"
)
# Tests make up files of their own.
WRITERS = ("tests/tools", "tests/docs", "tests/lab/engine")


def names() -> list[str]:
    """Return the files that are read, by their path."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.py", "*.md", "*.sh"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    found = (name for name in listed.stdout.split() if (ROOT / name).exists())
    return [name for name in found if not name.startswith(WRITERS)]


def is_there(module: str) -> bool:
    """Return whether a dotted name is a module, or something that a module's text names."""
    parts = module.split(".")
    for length in range(len(parts), 0, -1):
        path = ROOT.joinpath(*parts[:length])
        source = (
            path.with_suffix(".py") if path.with_suffix(".py").exists() else path / "__init__.py"
        )
        if source.exists():
            return length == len(parts) or bool(
                re.search(rf"\b{parts[length]}\b", source.read_text(encoding="utf-8"))
            )
    return False


@pytest.mark.parametrize("name", names())
def test_named_modules_and_files_exist(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    missing = [module for module in MODULE.findall(text) if not is_there(module)]
    missing += [path for path in FILE.findall(text) if not (ROOT / path).exists()]
    assert missing == [], name


def test_no_two_decisions_have_a_number() -> None:
    names = sorted(path.name for path in (ROOT / "docs" / "decisions").glob("*.md"))
    assert [name[:4] for name in names] == [f"{number:04}" for number in range(1, len(names) + 1)]
