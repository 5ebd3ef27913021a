"""``python -m tools.version``: what a report of a fault needs to say, like `pulumi about`.

Nothing is contacted, no stack is opened, and a missing `pulumi` is one of the answers.
"""

import platform
import subprocess
import tomllib
from collections.abc import Iterator
from importlib import metadata

from mail.chasquid import files
from settings.stack_file import PROJECT

PACKAGES = ("pulumi", "pulumi-cloudflare")
MISSING = "not found"


def tapal() -> str:
    """Return the version that stands in ``pyproject.toml``, and nowhere else in the code."""
    content = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))
    return str(content["project"]["version"])


def package(name: str) -> str:
    """Return the version of a package in this environment."""
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return MISSING


def command_line() -> str:
    """Return what ``pulumi version`` prints."""
    try:
        done = subprocess.run(["pulumi", "version"], capture_output=True, text=True, check=False)
    except OSError:
        return f"{MISSING} on PATH"
    return done.stdout.strip() or MISSING


def lines() -> Iterator[tuple[str, str]]:
    """Yield what is told of, and its version."""
    yield "tapal", tapal()
    yield "Python", f"{platform.python_version()} ({platform.platform(terse=True)})"
    yield "pulumi (command line)", command_line()
    for name in PACKAGES:
        yield f"{name} (Python package)", package(name)
    yield "chasquid (the least that a host gets)", files.MINIMUM_VERSION


if __name__ == "__main__":
    told = list(lines())
    width = max(len(name) for name, _ in told)
    for name, version in told:
        print(f"{name:{width}}  {version}")
