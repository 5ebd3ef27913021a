"""A pull request, rehearsed: the workflow's own shell, in a clone with a branch, in the lab."""

import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from lab import keys, nodes, paths, plan
from lab.demo import settings
from lab.demo.settings import Change
from lab.operator import stack
from lab.operator.stack import Run
from lab.vps import snapshot
from tests.e2e.conftest import ACCOUNT, Deployment
from tests.tools import workflow

ALIASES = "/etc/chasquid/domains/tapal.test/aliases"
SCRIPT = workflow.script("stacks", "stacks", "Run pulumi on each stack that is concerned")


@dataclass(frozen=True, kw_only=True)
class Done:
    """What the workflow's step came to: how it ended, and the report it left."""

    run: Run
    report: str


@dataclass(frozen=True, kw_only=True)
class Clone:
    """A clone of the project as it stands, in which a branch is being written."""

    folder: Path
    secrets: dict[str, str]

    def git(self, *arguments: str) -> str:
        return git(self.folder, *arguments)

    def change_stack(self, change: Change) -> None:
        """Change the file of the lab's stack."""
        file = self.folder / "stacks" / "Pulumi.lab.yaml"
        content = yaml.safe_load(file.read_text())
        change(content["config"])
        file.write_text(yaml.safe_dump(content, sort_keys=False))

    def append(self, path: str, text: str) -> None:
        """Write ``text`` at the end of a file."""
        file = self.folder / path
        file.write_text(file.read_text() + text)

    def workflow(self, command: str, **environment: str) -> Done:
        """Commit what was changed, and run the step of the workflow."""
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "-m", "a change")
        temp = self.folder.parent
        report = temp / "report.md"
        report.unlink(missing_ok=True)
        # The lab's stack, which is left out elsewhere, is the one that is meant here.
        others = [one.name[7:-5] for one in (self.folder / "stacks").glob("Pulumi.*.yaml")]
        values = {
            "COMMAND": command,
            "GITHUB_BASE_REF": "main",
            "LAST_COMMIT": "",
            "RUNNER_TEMP": str(temp),
            "TAPAL_SKIP_STACKS": " ".join(name for name in others if name != "lab"),
            **environment,
        }
        argv = ["env", *(f"{key}={value}" for key, value in values.items())]
        argv += ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", SCRIPT]
        done = Done(run=stack.run(argv, cwd=self.folder), report=report.read_text())
        for what, secret in self.secrets.items():
            assert secret not in done.report, what
            assert secret not in done.run.output, what
        return done


def git(folder: Path, *arguments: str) -> str:
    argv = ["git", "-c", "user.name=test", "-c", "user.email=test@example.com", *arguments]
    return subprocess.run(argv, cwd=folder, check=True, capture_output=True, text=True).stdout


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository whose branch main is this one as it stands, committed or not."""
    folder = tmp_path_factory.mktemp("pull-request") / "origin"
    folder.mkdir()
    listed = git(paths.REPOSITORY, "ls-files", "--cached", "--others", "--exclude-standard", "-z")
    for name in filter(None, listed.split("\0")):
        source, target = paths.REPOSITORY / name, folder / name
        if source.exists():  # else it is deleted, and that is yet to be committed
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(source.read_bytes())
            target.chmod(source.stat().st_mode)
    git(folder, "init", "--quiet", "--initial-branch=main")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "-m", "the project")
    return folder


@pytest.fixture
def clone(origin: Path, tmp_path: Path, deployment: Deployment) -> Clone:
    """A clone with a branch of its own."""
    folder = tmp_path / "clone"
    git(tmp_path, "clone", "--quiet", str(origin), str(folder))
    git(folder, "checkout", "--quiet", "-b", "change")
    (folder / "venv").symlink_to((paths.REPOSITORY / "venv").resolve())
    secrets = {
        "API token": plan.API_TOKEN,
        "SSH key": keys.private_key("operator").splitlines()[1],
        "password": deployment.stack.password(ACCOUNT),
    }
    return Clone(folder=folder, secrets=secrets)


@pytest.fixture
def taken_back(deployment: Deployment) -> Iterator[None]:
    """What the test brings up is taken back after it."""
    yield
    deployment.stack.up("--skip-preview").expect()


def alias_and_policy(config: dict[str, Any]) -> None:
    """Forward one more address, and raise the DMARC policy."""
    settings.another_alias(config)
    config["tapal:domains"][0]["dmarc"]["policy"] = "reject"


def test_an_alias_and_a_policy_are_two_changes_line_by_line(clone: Clone) -> None:
    before = snapshot.take()
    clone.change_stack(alias_and_policy)
    done = clone.workflow("preview")
    assert done.run.status == 0, done.run.output
    assert "1 stack: 1 would change." in done.report
    assert "| <code>lab</code> | would change |  | 2 |  |  |  |" in done.report
    assert "<code>lab</code>: 2 changes" in done.report
    assert "its file changed" in done.report
    assert f"\n! update file {ALIASES}\n" in done.report
    assert re.search(r"^\+ +press: you@receiver\.test$", done.report, re.MULTILINE)
    assert "\n! update TXT _dmarc.tapal.test\n" in done.report
    assert re.search(r"^- +content: .*p=quarantine;", done.report, re.MULTILINE)
    assert re.search(r"^\+ +content: .*p=reject;", done.report, re.MULTILINE)
    assert "⚠" not in done.report
    assert snapshot.take().changed_since(before) == set()


def test_a_change_of_the_program_looks_at_every_stack(clone: Clone) -> None:
    clone.append("components/host/steps/wait.sh", "# one more line\n")
    done = clone.workflow("preview")
    assert done.run.status == 0, done.run.output
    assert "the program changed: components/host/steps/wait.sh" in done.report
    assert "\n! update folder /usr/local/lib/tapal\n      steps/wait.sh:\n" in done.report
    assert re.search(r"^\+ +# one more line$", done.report, re.MULTILINE)


def test_a_change_of_the_documentation_looks_at_none(clone: Clone) -> None:
    clone.append("README.md", "\nOne more sentence.\n")
    done = clone.workflow("preview")
    assert done.run.status == 0, done.run.output
    assert "No stack is concerned" in done.report
    assert "looking at the server" not in done.run.output


def test_a_bad_stack_is_refused_with_every_reason_and_cure(clone: Clone) -> None:
    clone.change_stack(settings.many_mistakes)
    done = clone.workflow("preview")
    assert done.run.status == 1
    assert "1 stack: 1 failed." in done.report
    assert "has 10 things to put right; nothing was touched" in done.report
    assert done.report.count("\n      cure: ") == 10
    assert "Traceback" not in done.report


def test_a_stack_that_is_yet_to_be_made_says_how(clone: Clone) -> None:
    text = (clone.folder / "stacks" / "Pulumi.lab.yaml").read_text()
    (clone.folder / "stacks" / "Pulumi.new.test.yaml").write_text(text)
    done = clone.workflow("preview", TAPAL_SKIP_STACKS="example.com lab")
    assert done.run.status == 1
    assert "no stack named 'new.test' found" in done.report
    cure = "make it: make new DOMAIN=new.test goes on where it stopped; commit its file"
    assert f"cure: {cure}" in done.report


def test_keys_that_would_go_are_told_first(clone: Clone) -> None:
    def without_the_second_key(config: dict[str, Any]) -> None:
        del config["tapal:domains"][0]["dkim"][1]

    clone.change_stack(without_the_second_key)
    report = clone.workflow("preview").report
    top = report.partition("| stack |")[0]
    assert "**delete** <code>DKIM key 2026e of tapal.test</code>" in top
    assert "**delete** <code>TXT 2026e.\\_domainkey.tapal.test</code>" in top
    first = re.search(r"```diff\n(.*)", report)
    assert first is not None
    assert first[1].endswith("⚠")


def test_a_program_that_tells_secrets_is_not_believed(clone: Clone) -> None:
    clone.append(
        "__main__.py",
        "secret = pulumi.Config().get('sshPrivateKey').splitlines()[1]\n"
        "pulumi.log.warn(f'the key is «{secret}», and so on')\n",
    )
    done = clone.workflow("preview")
    assert "the key is «[secret]», and so on" in done.report.replace("\\", "")


def test_a_deleted_file_of_a_stack_that_is_up_is_no_way_to_destroy_it(clone: Clone) -> None:
    (clone.folder / "stacks" / "Pulumi.lab.yaml").unlink()
    done = clone.workflow("preview")
    assert done.run.status == 1
    assert re.search(r"Pulumi\.lab\.yaml is deleted, .* still up, with \d+ resources", done.report)
    assert "make destroy STACK=lab" in done.report


@pytest.mark.usefixtures("taken_back")
def test_a_merge_is_brought_up_and_then_nothing_has_drifted(clone: Clone) -> None:
    base = clone.git("rev-parse", "HEAD").strip()
    clone.change_stack(settings.another_alias)
    done = clone.workflow("up", LAST_COMMIT=base)
    assert done.run.status == 0, done.run.output
    assert "| <code>lab</code> | ✓ up | 1 updated |" in done.report
    assert b"press: you@receiver.test" in nodes.run("vps", ["cat", ALIASES]).stdout
    # At night: all is as it should be. Then somebody edits a file on the host.
    quiet = clone.workflow("drift")
    assert quiet.run.status == 0, quiet.run.output
    assert "1 stack: 1 as its file says." in quiet.report
    nodes.run("vps", ["sh", "-c", f"echo 'stranger: you@receiver.test' >>{ALIASES}"])
    drifted = clone.workflow("drift")
    assert drifted.run.status == 1
    assert "1 stack: 1 drifted." in drifted.report
    assert re.search(r"^- +stranger: you@receiver\.test$", drifted.report, re.MULTILINE)


def test_up_without_a_change_runs_nothing(clone: Clone) -> None:
    base = clone.git("rev-parse", "HEAD").strip()
    clone.append("README.md", "\nOne more sentence.\n")
    done = clone.workflow("up", LAST_COMMIT=base)
    assert done.run.status == 0, done.run.output
    assert "No stack is concerned" in done.report
