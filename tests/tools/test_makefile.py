"""What `make` says before Pulumi is asked at all, and the packages that it needs for itself."""

import hashlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import rich

from lab.paths import REPOSITORY
from tests.tools.engine.conftest import borrow

RAW = "ARGS=--raw"
# Of the environment that is made here, which has none.
PACKAGES = str(Path(rich.__file__).parents[1])
SHOWN = r"pulumi preview --event-log \S+ --diff --stack example\.com --color never\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder with what `make` needs: the Makefile, stacks, no package to be installed."""
    for name in ("Makefile", "tools/venv.sh", "lab/setup.sh", "stacks/Pulumi.example.com.yaml"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy2(REPOSITORY / name, tmp_path / name)
    shutil.copytree(REPOSITORY / "tools" / "engine", tmp_path / "tools" / "engine")
    borrow(tmp_path)
    (tmp_path / "Pulumi.yaml").write_text("name: tapal\n")
    (tmp_path / "requirements.txt").write_text("# nothing\n")
    (tmp_path / "requirements-dev.txt").write_text("-r requirements.txt\n")
    # Stands for pulumi: says what it was asked.
    (tmp_path / "bin").mkdir()
    program(tmp_path / "bin" / "pulumi", 'echo "pulumi $*"')
    return tmp_path


def program(file: Path, script: str) -> None:
    file.write_text(f"#!/bin/sh\n{script}\n")
    file.chmod(0o755)


def stand_in(project: Path, pip: str) -> None:
    """Put a python3 there whose virtual environments have nothing but ``pip``, a shell script."""
    program(project / "bin" / "pip", pip)
    make_it = 'rm -rf venv && mkdir -p venv/bin && cp "$(dirname "$0")/pip" venv/bin/'
    program(project / "bin" / "python3", f'[ "$1 $2" != "-m venv" ] || {{ {make_it}; }}')


def virtual_environment(project: Path) -> None:
    """Put an environment there that lacks nothing."""
    (project / "elsewhere" / "bin").mkdir(parents=True)
    (project / "elsewhere" / "bin" / "python").symlink_to(sys.executable)
    (project / "venv").symlink_to("elsewhere")


def make(project: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    path = f"{project / 'bin'}:{Path(sys.executable).parent}:{os.environ['PATH']}"
    state = f"file://{project}"
    env = {"PATH": path, "HOME": str(project), "PULUMI_BACKEND_URL": state, "PYTHONPATH": PACKAGES}
    return subprocess.run(
        ["make", "--no-print-directory", *arguments],
        cwd=project, env=env, capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.mark.parametrize("target", ["preview", "up", "unlock", "drift", "destroy"])
def test_a_stack_that_has_no_file_gets_no_further(project: Path, target: str) -> None:
    for stack, reason in (("exmaple.com", "no stacks/Pulumi.exmaple.com.yaml"), ("", "STACK=…")):
        done = make(project, target, f"STACK={stack}")
        assert done.returncode != 0
        assert done.stdout == "", "nor is anything installed"
        assert reason in done.stderr
        assert "example.com" in done.stderr
        assert "make new DOMAIN=" in done.stderr
    assert not (project / "venv").exists()


def test_a_destroy_that_fails_has_our_cure_for_protected_keys(project: Path) -> None:
    virtual_environment(project)
    assert "protected" not in make(project, "destroy", "STACK=example.com").stderr
    program(project / "bin" / "pulumi", "echo it is protected; exit 255")
    done = make(project, "destroy", "STACK=example.com")
    assert done.returncode != 0
    assert "tapal:allow: [dkim-keys]" in done.stderr
    assert "make up STACK=example.com" in done.stderr


def test_yes_and_more_are_handed_on(project: Path) -> None:
    virtual_environment(project)
    for given in (["YES=1", RAW], ["ARGS=--yes --raw"]):
        done = make(project, "up", "STACK=example.com", *given)
        assert done.returncode == 0, done.stderr
        assert re.search(
            r"^pulumi up --skip-preview --yes .*--stack example\.com", done.stdout, re.MULTILINE
        )
    assert make(project, "up", "STACK=example.com").returncode != 0, "nobody is there to ask"
    assert (
        "--target x"
        in make(project, "preview", "STACK=example.com", "ARGS=--raw --target x").stdout
    )
    state = f"PULUMI_BACKEND_URL=file://{project}"
    assert "not locked" in make(project, "unlock", "STACK=example.com", state).stderr


def test_packages_come_once_and_again_when_others_are_asked_for(project: Path) -> None:
    first, second = (make(project, "preview", "STACK=example.com", RAW) for _ in range(2))
    assert "installing" in first.stderr
    assert all(re.fullmatch(SHOWN, one.stdout) for one in (first, second))
    assert second.stderr == ""
    (project / "requirements.txt").write_text("# something\n")
    assert "installing" in make(project, "venv").stderr


def test_packages_that_did_not_come_whole_are_not_taken_for_installed(project: Path) -> None:
    stand_in(project, 'echo "there is no such package" >&2; exit 1')
    assert make(project, "venv").returncode != 0
    assert (project / "venv").is_dir()
    again = make(project, "preview", "STACK=example.com")
    assert again.returncode != 0
    assert "pulumi" not in again.stdout


def test_an_old_python_is_told_of_in_words(project: Path) -> None:
    program(project / "bin" / "python3", '[ "$1" = --version ] && echo Python 3.9.6 || exit 1')
    done = make(project, "venv")
    assert done.returncode != 0
    assert "Python 3.9.6" in done.stderr
    assert "3.11 or newer" in done.stderr
    assert not (project / "venv").exists()


def test_what_the_lab_installed_is_left_as_it_is(project: Path) -> None:
    (project / "elsewhere").mkdir()
    (project / "venv").symlink_to("elsewhere")
    done = make(project, "venv")
    assert (done.returncode, done.stderr) == (0, "")
    assert list((project / "elsewhere").iterdir()) == []


def test_the_tests_packages_come_without_root_and_stay(project: Path) -> None:
    stand_in(project, 'shift $(($# - 1)); echo "pip: $1"')
    both, nothing = "pip: requirements-dev.txt\n", ""
    assert make(project, "venv").stdout == "pip: requirements.txt\n"
    for target, installed in (("venv-dev", both), ("venv-dev", nothing), ("venv", nothing)):
        assert make(project, target).stdout == installed, target
    (project / "requirements-dev.txt").write_text("-r requirements.txt\n# more\n")
    assert make(project, "venv").stdout == both
    (project / "requirements.txt").write_text("# something\n")
    assert make(project, "venv").stdout == both


def test_packages_of_older_requirements_are_not_tested_with(project: Path) -> None:
    whole = (project / "requirements.txt").read_bytes() + b"-r requirements.txt\n"
    link = project / "venv"
    link.symlink_to(f"elsewhere-{hashlib.sha256(whole).hexdigest()[:12]}")
    done = make(project, "venv-dev")
    assert (done.returncode, done.stderr) == (0, "")
    (project / "requirements-dev.txt").write_text("-r requirements.txt\n# more\n")
    done = make(project, "quick")
    assert done.returncode != 0
    assert "another requirements-dev.txt" in done.stderr
    assert "make setup" in done.stderr
    assert make(project, "venv").returncode == 0, "the program's own are there"


def test_the_list_is_grouped_and_names_what_is_the_lab_s(project: Path) -> None:
    lines = make(project, "help").stdout.splitlines()
    groups = [line for line in lines if line and not line.startswith(" ")]
    assert groups == ["First use", "Every day", "Teams", "Developers"]
    below = {line.split()[0] for line in lines[lines.index("Developers") :] if line.strip()}
    assert {"lab-status", "lab-logs", "lab-send", "lab-down"} <= below
    first = lines[lines.index("First use") : lines.index("Every day")]
    assert {"new", "preview", "up"} <= {line.split()[0] for line in first if line.strip()}
