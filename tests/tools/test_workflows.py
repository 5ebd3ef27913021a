"""The workflows: actionlint has nothing against them, and their shell does what it should."""

import json
import os
import re
import subprocess
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from lab.actionlint import build
from lab.engine import build as engine
from tests.tools import workflow
from tests.tools.workflow import FOLDER, ROOT

MARK = "<!-- tapal: preview -->"
# The commit, and behind it the version that it is.
PIN = re.compile(r"^\s*(?:- )?uses: ([\w./-]+)@([0-9a-f]{40}) # v((\d+)\.\d+\.\d+)$", re.MULTILINE)


Lint = Callable[[Path], subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session")
def actionlint() -> Lint:
    """Runs actionlint, which is built from its source, on the workflows of a folder."""
    program = build.executable()

    def lint(folder: Path) -> subprocess.CompletedProcess[str]:
        files = sorted(str(file) for file in (folder / ".github/workflows").glob("*.yml"))
        assert files
        argv = [str(program), "-no-color", "-oneline", *files]
        return subprocess.run(argv, cwd=folder, capture_output=True, text=True, check=False)

    return lint


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A repository that has nothing but the workflows."""
    (tmp_path / ".git").mkdir()
    (tmp_path / ".github/workflows").mkdir(parents=True)
    for file in FOLDER.glob("*.yml"):
        (tmp_path / ".github/workflows" / file.name).write_text(file.read_text())
    return tmp_path


def change(folder: Path, name: str, old: str, new: str) -> None:
    file = folder / ".github/workflows" / f"{name}.yml"
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


def test_actionlint_has_nothing_to_say(actionlint: Lint) -> None:
    done = actionlint(ROOT)
    assert (done.returncode, done.stdout) == (0, "")


def test_the_pipeline_runs_the_engine_that_was_tested() -> None:
    steps = workflow.read("stacks")["jobs"]["stacks"]["steps"]
    given = [step["with"]["pulumi-version"] for step in steps if "pulumi/" in step.get("uses", "")]
    assert given == [engine.version().removeprefix("v")]


def test_actions_get_only_inputs_that_they_have(actionlint: Lint, copy: Path) -> None:
    """Actionlint knows an action's inputs by its major version, not by a commit."""
    for file in (copy / ".github/workflows").glob("*.yml"):
        text = PIN.sub(lambda pin: pin[0].replace(f"@{pin[2]}", f"@v{pin[4]}"), file.read_text())
        # The newest that this actionlint knows; inputs are the same.
        file.write_text(text.replace("pulumi/actions@v7", "pulumi/actions@v6"))
    done = actionlint(copy)
    assert (done.returncode, done.stdout) == (0, "")
    change(copy, "stacks", "fetch-depth: 0", "fetch-deepness: 0")
    assert 'input "fetch-deepness" is not defined' in actionlint(copy).stdout


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        ("preview", "needs: preview", "needs: previw", 'needs job "previw" which does not exist'),
        ("stacks", "inputs.command ==", "inputs.comand ==", '"comand" is not defined'),
        ("stacks", '"${since[@]}"', "${since[@]}", "shellcheck reported issue"),
        ("drift", "17 3 * * *", "17 25 * * *", "invalid CRON format"),
        ("up", "command: up", "order: up", '"command" is required by'),
        ("tests", "matrix.python }}", "matrix.pyton }}", '"pyton" is not defined'),
        ("tests", "volumes:", "volume:", 'unexpected key "volume"'),
        (
            "preview",
            "mark='",
            'echo "${{ github.event.pull_request.title }}"\n          mark=\'',
            "potentially untrusted",
        ),
    ],
)
def test_actionlint_sees_what_is_broken(
    actionlint: Lint, copy: Path, name: str, old: str, new: str, said: str
) -> None:
    change(copy, name, old, new)
    done = actionlint(copy)
    assert done.returncode == 1
    assert said in done.stdout


def test_every_action_is_pinned_by_commit_and_says_its_version() -> None:
    for file in FOLDER.glob("*.yml"):
        text = file.read_text()
        used = re.findall(r"^\s*(?:- )?uses: (?!\./)", text, re.MULTILINE)
        assert len(PIN.findall(text)) == len(used), file.name


def test_an_action_has_one_version_everywhere() -> None:
    pins = {pin[:3] for file in FOLDER.glob("*.yml") for pin in PIN.findall(file.read_text())}
    assert len({name for name, *_ in pins}) == len(pins)


def test_no_workflow_gives_a_fork_secrets() -> None:
    for file in FOLDER.glob("*.yml"):
        assert "pull_request_target" not in file.read_text()
    same = "github.event.pull_request.head.repo.full_name == github.repository"
    assert same in workflow.read("preview")["jobs"]["preview"]["if"]


@pytest.mark.parametrize(("name", "job", "content"), workflow.jobs(), ids=str)
def test_what_may_write_runs_nothing_from_the_repository(
    name: str, job: str, content: dict[str, object]
) -> None:
    assert workflow.read(name)["permissions"] == {}
    permissions = content.get("permissions", {})
    assert isinstance(permissions, dict)
    if "write" in {access for what, access in permissions.items() if what != "id-token"}:
        text = json.dumps(content)
        assert "actions/checkout" not in text, job
        assert "secrets" not in text.replace("secrets, ", ""), job


@pytest.mark.parametrize("file", sorted(FOLDER.glob("*.yml")), ids=lambda file: file.stem)
def test_shell_stops_at_the_first_failure_within_a_pipe_too(file: Path) -> None:
    text = file.read_text()
    assert ("run:" not in text) or "defaults:\n  run:\n    shell: bash\n" in text


def test_two_merges_wait_for_each_other_and_none_is_cut_off() -> None:
    up = workflow.read("up")
    assert up["concurrency"] == {"group": "up", "cancel-in-progress": False}
    assert up["jobs"]["up"]["with"]["environment"] == "production"


def test_quick_runs_on_every_python_that_the_project_is_for() -> None:
    oldest = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["requires-python"]
    versions = workflow.read("tests")["jobs"]["quick"]["strategy"]["matrix"]["python"]
    first = int(oldest.removeprefix(">=3."))
    assert versions == [f"3.{minor}" for minor in range(first, first + 4)]


@pytest.mark.parametrize(("job", "content"), workflow.read("tests")["jobs"].items(), ids=str)
def test_who_has_stacks_here_is_not_bothered_by_the_project_s_tests(
    job: str, content: dict[str, str]
) -> None:
    """Only a fork's pull request, which is told no variables, is tested without one."""
    condition = " ".join(content["if"].split())
    assert "vars.TAPAL_TESTS != ''" in condition, job
    fork = " || github.event.pull_request.head.repo.fork"
    assert "||" not in condition.replace(f"(vars.TAPAL_TESTS != ''{fork})", "")


GH = """#!/usr/bin/env bash
# Stands for GitHub's command line: notes what it was asked, and answers from files.
printf '%s\\n' "$*" >>"$GH_LOG"
case "$1 $2" in
"api --paginate") jq_is_given=$4; [ "$jq_is_given" = --jq ] || exit 9; cat "$GH_ANSWER" ;;
"issue list" | "run list") cat "$GH_ANSWER" ;;
esac
"""


@pytest.fixture
def gh(tmp_path: Path) -> Path:
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "gh").write_text(GH)
    (folder / "gh").chmod(0o755)
    (tmp_path / "answer").write_text("")
    return tmp_path


def run(script: str, folder: Path, **environment: str) -> list[str]:
    """Run ``script`` as a workflow does, in ``folder``; return what `gh` was asked."""
    log = folder / "log"
    log.write_text("")
    values = {**os.environ, **environment, "PATH": f"{folder}/bin:{os.environ['PATH']}"}
    values |= {"GH_LOG": str(log), "GH_ANSWER": str(folder / "answer")}
    values |= {"GITHUB_REPOSITORY": "me/mail", "RUN": "https://run.example/1"}
    argv = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script]
    subprocess.run(argv, cwd=folder, env=values, check=True, capture_output=True, text=True)
    return log.read_text().splitlines()


COMMENT = ("preview", "comment", "Write the comment, or write it anew")


def test_the_first_comment_is_made(gh: Path) -> None:
    (gh / "report.md").write_text(f"{MARK}\nall well\n")
    asked = run(workflow.script(*COMMENT), gh, PULL_REQUEST="7")
    assert "/issues/7/comments --jq" in asked[0]
    assert MARK in asked[0]
    assert asked[1:] == [
        "api --silent --method POST repos/me/mail/issues/7/comments --field body=@report.md"
    ]


def test_the_next_one_takes_its_place(gh: Path) -> None:
    (gh / "report.md").write_text(f"{MARK}\nall well\n")
    (gh / "answer").write_text("4711\n4712\n")
    asked = run(workflow.script(*COMMENT), gh, PULL_REQUEST="7")
    assert asked[1:] == [
        "api --silent --method PATCH repos/me/mail/issues/comments/4711 --field body=@report.md"
    ]


def test_without_a_report_the_comment_says_where_to_look(gh: Path) -> None:
    run(workflow.script(*COMMENT), gh, PULL_REQUEST="7")
    written = (gh / "report.md").read_text()
    assert written.startswith(MARK)
    assert "https://run.example/1" in written


ISSUE = ("drift", "issue", "Open the issue, write it anew, or close it")


@pytest.mark.parametrize(
    ("result", "open_issue", "wanted"),
    [
        ("success", "", []),
        ("success", "12", ["issue close 12"]),
        ("failure", "", ["label create drift", "issue create --title"]),
        ("failure", "12", ["issue edit 12 --body-file report.md"]),
    ],
)
def test_one_issue_tells_of_drift(
    gh: Path, result: str, open_issue: str, wanted: list[str]
) -> None:
    (gh / "report.md").write_text("drifted\n")
    (gh / "answer").write_text(open_issue)
    asked = run(workflow.script(*ISSUE), gh, RESULT=result)[1:]
    assert len(asked) == len(wanted)
    assert all(one.startswith(start) for one, start in zip(asked, wanted, strict=True)), asked


LAST = ("stacks", "stacks", "Find the commit that was brought up last")


def git(folder: Path, *arguments: str) -> str:
    argv = ["git", "-c", "user.name=test", "-c", "user.email=test@example.com", *arguments]
    return subprocess.run(argv, cwd=folder, check=True, capture_output=True, text=True).stdout


@pytest.mark.parametrize("answer", ["last", "none", "rewritten"])
def test_up_compares_with_what_was_brought_up_last(gh: Path, answer: str) -> None:
    git(gh, "init", "--quiet")
    git(gh, "commit", "--quiet", "--allow-empty", "-m", "first")
    first = git(gh, "rev-parse", "HEAD").strip()
    git(gh, "commit", "--quiet", "--allow-empty", "-m", "second")
    (gh / "answer").write_text({"last": first, "none": "", "rewritten": "0" * 40}[answer] + "\n")
    run(workflow.script(*LAST), gh, GITHUB_OUTPUT=str(gh / "output"), GITHUB_REF_NAME="main")
    assert (gh / "output").read_text() == f"commit={first if answer == 'last' else ''}\n"


@pytest.mark.parametrize("backend", ["", "s3://bucket"])
def test_a_fork_is_told_why_there_is_no_preview(gh: Path, backend: str) -> None:
    say = workflow.script("preview", "without", "Say why there is no preview")
    summary = gh / "summary"
    run(say, gh, BACKEND=backend, PULL_REQUEST="7", GITHUB_STEP_SUMMARY=str(summary))
    said = summary.read_text()
    assert ("fork" if backend else "PULUMI_BACKEND_URL") in said
    assert len(said.splitlines()) == 1
    assert "  " not in said


def test_what_they_make_can_be_made() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    text = "\n".join(file.read_text() for file in FOLDER.glob("*.yml"))
    used = set(re.findall(r"run: make ([a-z-]+)", text))
    assert used >= {"venv", "lint-stacks", "quick", "test"}
    assert used <= targets
