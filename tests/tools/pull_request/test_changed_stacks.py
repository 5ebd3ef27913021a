"""Which stacks a change concerns."""

import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from settings import stack_file
from settings.stack_file import Config
from tools.pull_request import repository
from tools.pull_request.changed_stacks import Change, Chosen, choose, every, is_program
from tools.pull_request.repository import RepositoryError

HOST: Config = {
    "tapal:host": {"name": "smtp.example.com"},
    "tapal:acme": {"caBundle": "./stacks/ca.pem"},
}
STACKS: Mapping[str, Config] = {
    "a.example": {"tapal:hostStack": "host"},
    "alone.example": {"tapal:host": {"name": "mx.alone.example"}},
    "b.example": {"tapal:hostStack": "host"},
    "host": HOST,
}
PROGRAM = (
    "__main__.py",
    "Pulumi.yaml",
    "requirements.txt",
    "components/dns/declare.py",
    "mail/spf/publish.py",
)
OTHER: tuple[str, ...] = (
    "docs/spam.md",
    "tests/run",
    "lab/plan.py",
    "README.md",
    "CHANGELOG.md",
    "Makefile",
)
OTHER += (
    ".github/workflows/up.yml",
    "tools/pull_request/markdown.py",
    "requirements-dev.txt",
    "LICENSE",
)


def stacks_file(name: str) -> str:
    return f"stacks/Pulumi.{name}.yaml"


def chosen(*written: str, deleted: tuple[str, ...] = ()) -> Chosen:
    return choose(
        Change(written=frozenset(written), deleted=frozenset(deleted)),
        STACKS,
        file_of=stacks_file,
        stack_of=repository.stack_of,
        left_out=frozenset({"lab"}),
    )


def test_a_stacks_file_concerns_that_stack() -> None:
    assert dict(chosen(stacks_file("a.example")).reasons) == {"a.example": "its file changed"}


def test_a_hosts_file_concerns_the_domains_on_it_which_come_after() -> None:
    reasons = chosen(stacks_file("host")).reasons
    assert list(reasons) == ["host", "a.example", "b.example"]
    assert reasons["b.example"] == "its host's stack, host, changed"


def test_a_file_that_a_stack_names_concerns_it() -> None:
    named = "stacks/ca.pem"
    assert dict(chosen(named, "stacks/other.pem").reasons) == {
        "host": f"{named}, which it names, changed"
    }


@pytest.mark.parametrize("path", PROGRAM)
def test_the_program_concerns_all_hosts_first(path: str) -> None:
    reasons = chosen(path, stacks_file("a.example")).reasons
    assert list(reasons) == ["alone.example", "host", "a.example", "b.example"]
    assert set(reasons.values()) == {f"the program changed: {path}"}


@pytest.mark.parametrize("path", OTHER)
def test_all_else_concerns_none(path: str) -> None:
    assert chosen(path) == Chosen(reasons={})


def test_a_deleted_file_is_named_and_not_looked_at() -> None:
    found = chosen(deleted=(stacks_file("old.example"), stacks_file("lab"), "docs/old.md"))
    assert found == Chosen(reasons={}, gone=("old.example",))


def test_a_deleted_module_is_a_change_of_the_program() -> None:
    assert len(chosen(deleted=("mail/old.py",)).reasons) == len(STACKS)


@given(st.lists(st.sampled_from([*STACKS]), unique=True))
def test_a_host_is_never_after_its_domains(names: list[str]) -> None:
    order = list(every({name: STACKS[name] for name in names}, "").reasons)
    assert sorted(order) == sorted(names)
    if "host" in names:
        assert all(
            order.index("host") < order.index(n) for n in names if n in ("a.example", "b.example")
        )


def test_every_file_of_this_repository_is_on_the_right_side() -> None:
    listed = subprocess.run(
        ["git", "ls-files"], cwd=stack_file.PROJECT, capture_output=True, text=True, check=True
    )
    program = {path.partition("/")[0] for path in listed.stdout.splitlines() if is_program(path)}
    assert program == {
        "__main__.py",
        "Pulumi.yaml",
        "requirements.txt",
        "components",
        "facts",
        "mail",
        "settings",
        "ssh",
    }


class Clone:
    """A clone with a branch, to change things in."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.git("init", "--quiet", "--initial-branch=main")
        self.write("stacks/Pulumi.a.yaml", "config: {}\n")
        self.write("stacks/Pulumi.b.yaml", "config: {}\n")
        self.write(".gitignore", "/venv\n")
        self.commit()
        self.git("checkout", "--quiet", "-b", "change")

    def git(self, *arguments: str) -> None:
        argv = ["git", "-c", "user.name=test", "-c", "user.email=test@example.com", *arguments]
        subprocess.run(argv, cwd=self.folder, check=True, capture_output=True)

    def write(self, path: str, text: str) -> None:
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def commit(self) -> None:
        self.git("add", "--all")
        self.git("commit", "--quiet", "-m", "change")


@pytest.fixture
def clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Clone:
    monkeypatch.setattr(stack_file, "PROJECT", tmp_path)
    return Clone(tmp_path)


def test_git_tells_what_is_committed_and_what_is_not(clone: Clone) -> None:
    clone.write("stacks/Pulumi.a.yaml", "config: {x: 1}\n")
    (clone.folder / "stacks/Pulumi.b.yaml").unlink()
    clone.commit()
    clone.write("mail/new ö.py", "")
    clone.write("venv/ignored.py", "")
    found = repository.change_since("main")
    assert found.written == {"stacks/Pulumi.a.yaml", "mail/new ö.py"}
    assert found.deleted == {"stacks/Pulumi.b.yaml"}


def test_what_came_to_the_base_meanwhile_is_not_ours(clone: Clone) -> None:
    clone.write("docs/x.md", "")
    clone.commit()
    clone.git("checkout", "--quiet", "main")
    clone.write("stacks/Pulumi.a.yaml", "config: {y: 1}\n")
    clone.commit()
    clone.git("checkout", "--quiet", "change")
    assert repository.change_since("main").paths == {"docs/x.md"}


def test_a_renamed_stack_is_one_gone_and_one_come(clone: Clone) -> None:
    clone.git("mv", "stacks/Pulumi.a.yaml", "stacks/Pulumi.c.yaml")
    found = repository.change_since("main")
    assert found.written == {"stacks/Pulumi.c.yaml"}
    assert found.deleted == {"stacks/Pulumi.a.yaml"}


def test_an_unknown_base_is_an_error_with_a_cure(clone: Clone) -> None:
    assert clone.folder.exists()
    with pytest.raises(RepositoryError, match="fetch-depth: 0"):
        repository.change_since("origin/nowhere")


@pytest.mark.parametrize(
    ("path", "stack"),
    [
        ("stacks/Pulumi.example.org.yaml", "example.org"),
        ("stacks/Pulumi.yaml", None),
        ("stacks/deep/Pulumi.a.yaml", None),
        ("Pulumi.a.yaml", None),
        ("stacks/Pulumi.a.yaml.bak", None),
    ],
)
def test_a_stack_is_known_by_its_file(path: str, stack: str | None) -> None:
    assert repository.stack_of(path) == stack


@pytest.mark.parametrize(
    ("environment", "names"),
    [
        ({}, {"example.com", "lab"}),
        ({"TAPAL_SKIP_STACKS": "a.example, b.example"}, {"a.example", "b.example"}),
        ({"TAPAL_SKIP_STACKS": ""}, set()),
    ],
)
def test_stacks_are_left_out_by_name(environment: dict[str, str], names: set[str]) -> None:
    assert repository.left_out(environment) == names
