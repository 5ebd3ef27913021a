"""The language host: a program's output, its failures, its configuration and its environment."""

import sys

import pytest
import yaml

from lab.paths import REPOSITORY
from tests.lab.engine.harness import STACK, Project


def test_output_and_outputs(project: Project) -> None:
    project.write(
        "__main__.py",
        "import pulumi, sys\nprint('hello')\nprint('warned', file=sys.stderr)\n"
        "pulumi.export('three', 3)\npulumi.export('dry', pulumi.runtime.is_dry_run())\n",
    )
    done = project.up().checked()
    assert {one.message.strip() for one in done.report.said} == {"hello", "warned"}
    assert project.outputs() == {"three": 3, "dry": False}


def test_success_says_nothing(project: Project) -> None:
    project.write("__main__.py", "import pulumi\npulumi.export('a', pulumi.get_stack())\n")
    assert project.up().checked().report.said == ()
    assert project.outputs() == {"a": STACK}


ONE_MORE = "an unhandled error occurred: program exited with non-zero exit code: {status}"


@pytest.mark.parametrize(
    ("program", "errors"),
    [
        ("raise pulumi.RunError('bad: do this')", ["bad: do this", ONE_MORE.format(status=1)]),
        ("pulumi.log.error('bad: do this')\nraise SystemExit(32)", ["bad: do this"]),
        ("raise SystemExit(5)", [ONE_MORE.format(status=5)]),
        ("raise SystemExit(0)", []),
        ("raise SystemExit('bad: do this')", [ONE_MORE.format(status=1)]),
    ],
)
def test_what_is_said_of_a_program_that_ends(
    project: Project, program: str, errors: list[str]
) -> None:
    project.write("__main__.py", f"import pulumi\n{program}\n")
    done = project.preview()
    assert (done.status != 0) == bool(errors)
    assert done.messages("error").splitlines() == errors
    assert "Traceback" not in done.output


BROKEN = "import pulumi\ndef broken(_=0):\n    raise ValueError('boo')\n"


@pytest.mark.parametrize("call", ["broken()", "pulumi.Output.from_input(1).apply(broken)"])
def test_exception_shows_where(project: Project, call: str) -> None:
    project.write("__main__.py", f"{BROKEN}{call}\n")
    done = project.preview()
    assert done.status != 0
    assert "ValueError: boo" in done.messages("error")
    assert '__main__.py", line ' in done.messages("error")
    assert "in broken" in done.messages("error")


def test_exit_status_fails(project: Project) -> None:
    project.write("__main__.py", "import sys\nsys.exit('enough')\n")
    done = project.preview()
    assert done.status != 0
    assert "enough" in done.output


def test_program_runs_in_the_virtual_environment(project: Project) -> None:
    project.write(
        "__main__.py",
        "import importlib.util, os, sys, pulumi\n"
        "pulumi.export('prefix', os.path.realpath(sys.prefix))\n"
        "pulumi.export('folder', os.getcwd())\n"
        "pulumi.export('lab', importlib.util.find_spec('lab') is not None)\n"
        "import beside\n",
    )
    project.write("beside.py", "")
    project.up().checked()
    assert project.outputs() == {
        "prefix": str((REPOSITORY / "venv").resolve()),
        "folder": str(project.folder),
        "lab": False,
    }


def test_missing_virtual_environment_is_said(project: Project) -> None:
    path = project.folder / "Pulumi.yaml"
    said = yaml.safe_load(path.read_text())
    said["runtime"]["options"]["virtualenv"] = "nowhere"
    path.write_text(yaml.safe_dump(said))
    project.write("__main__.py", "")
    done = project.preview()
    assert done.status != 0
    assert "nowhere" in done.output


def test_stack_configuration_in_its_own_folder(project: Project) -> None:
    path = project.folder / "Pulumi.yaml"
    said = yaml.safe_load(path.read_text())
    path.write_text(yaml.safe_dump({**said, "stackConfigDir": "stacks"}))
    project.set_config("plain", "seen")
    project.set_config("hidden", "canary-0815", secret=True)
    project.write(
        "__main__.py",
        "import pulumi\nc = pulumi.Config()\npulumi.export('plain', c.require('plain'))\n"
        "pulumi.export('hidden', c.require_secret('hidden'))\n",
    )
    done = project.up().checked()
    assert (project.folder / "stacks" / f"Pulumi.{STACK}.yaml").exists()
    assert project.outputs() == {"plain": "seen", "hidden": "canary-0815"}
    assert done.report.outputs == {"plain": "seen", "hidden": "[secret]"}
    assert "canary-0815" not in done.output + project.state_text()


def test_python_is_the_projects(project: Project) -> None:
    about = project.pulumi("about", "--json").output
    assert f"{sys.version_info.major}.{sys.version_info.minor}" in about
