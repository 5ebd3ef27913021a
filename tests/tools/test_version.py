"""`make version`, and the one place where the version stands."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from mail.chasquid import files
from tests.tools.workflow import ROOT
from tools import version


def printed(path: str) -> dict[str, str]:
    """What is printed where programs are looked for in ``path``."""
    done = subprocess.run(
        [sys.executable, "-m", "tools.version"],
        cwd=ROOT, env={**os.environ, "PATH": path}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return dict(re.split(r"  +", line, maxsplit=1) for line in done.stdout.splitlines())


def pulumi(folder: Path, script: str) -> str:
    """Make a `pulumi` in ``folder``, and return a path to find it by."""
    program = folder / "pulumi"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    return f"{folder}:/usr/bin:/bin"


def test_everything_that_a_report_needs_is_told(tmp_path: Path) -> None:
    said = printed(pulumi(tmp_path, '[ "$*" = version ] && echo v3.259.0'))
    assert said["tapal"] == version.tapal()
    assert said["Python"].startswith(".".join(map(str, sys.version_info[:3])))
    assert said["pulumi (command line)"] == "v3.259.0"
    assert said["chasquid (the least that a host gets)"] == files.MINIMUM_VERSION
    wanted = (ROOT / "requirements.txt").read_text()
    for name in version.PACKAGES:
        assert f"\n{name}=={said[f'{name} (Python package)']}\n" in wanted


@pytest.mark.parametrize("script", [None, "exit 1"])
def test_a_pulumi_that_is_missing_or_broken_is_an_answer(
    tmp_path: Path, script: str | None
) -> None:
    path = str(tmp_path) if script is None else pulumi(tmp_path, script)
    assert printed(path)["pulumi (command line)"].startswith(version.MISSING)


def test_a_package_that_is_missing_is_an_answer() -> None:
    assert version.package("tapal-has-no-such-package") == version.MISSING


def test_the_changelog_begins_with_this_version() -> None:
    [latest, *_] = re.findall(r"^## (.*)$", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert re.fullmatch(rf"{re.escape(version.tapal())} \((unreleased|20\d\d-\d\d-\d\d)\)", latest)
