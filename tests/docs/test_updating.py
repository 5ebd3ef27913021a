"""docs/updating.md and docs/private-repository.md: their commands, run between repositories.

There is a newer public one, a clone of an older version with a stack's file, and a private one.
"""

import re
import subprocess
from pathlib import Path

import pytest

from lab.paths import REPOSITORY
from tests.docs import pages

PAGE = "docs/updating.md"
PRIVATE = [
    block.text
    for block in pages.blocks("docs/private-repository.md")
    if block.text.startswith("git ")
]
STACK = "stacks/Pulumi.example.org.yaml"
GIT = [block for block in pages.blocks(PAGE) if block.text.startswith("git ")]


class Clones:
    """The project at two versions, and a clone of the older one that has a stack of its own."""

    def __init__(self, folder: Path) -> None:
        self.upstream, self.own = folder / "upstream", folder / "own"
        self.upstream.mkdir()
        self.type(self.upstream, "git init --quiet --initial-branch=main")
        self.commit(self.upstream, "CHANGELOG.md", "## 0.1.0\n")
        self.type(folder, f"git clone --quiet {self.upstream} {self.own}")
        self.commit(self.own, STACK, "mine\n")
        self.commit(self.upstream, "CHANGELOG.md", "## 0.2.0\n\n## 0.1.0\n")
        self.type(self.upstream, "git tag v0.2.0")

    def commit(self, repository: Path, name: str, text: str) -> None:
        """Commit a file of a repository with ``text``."""
        (repository / name).parent.mkdir(exist_ok=True)
        (repository / name).write_text(text)
        self.type(repository, f"git add {name}\ngit commit --quiet -m 'change {name}'")

    def type(self, folder: Path, commands: str) -> str:
        """Type ``commands`` in ``folder``; return what they print."""
        who = {f"GIT_{role}_NAME": "newcomer" for role in ("AUTHOR", "COMMITTER")}
        done = subprocess.run(
            ["bash", "-eo", "pipefail", "-c", commands],
            cwd=folder,
            env={"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": str(folder), "GIT_PAGER": "cat",
                 "EMAIL": "newcomer@example.com", "GIT_EDITOR": "true", **who},
            capture_output=True,
            text=True,
            check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


@pytest.fixture
def clones(tmp_path: Path) -> Clones:
    return Clones(tmp_path)


def test_a_newer_version_comes_and_the_stack_stays(clones: Clones) -> None:
    remote, fetch, merge = (block.text for block in GIT)
    clones.type(clones.own, remote.replace("URL", str(clones.upstream)))
    said = clones.type(clones.own, fetch)
    assert "change CHANGELOG.md" in said
    assert "+## 0.2.0" in said
    clones.type(clones.own, merge)
    assert (clones.own / "CHANGELOG.md").read_text().startswith("## 0.2.0")
    assert (clones.own / STACK).read_text() == "mine\n"
    assert clones.type(clones.own, "git tag") == "v0.2.0\n"


def test_the_version_before_comes_back(clones: Clones) -> None:
    remote, fetch, merge = (block.text for block in GIT)
    clones.type(clones.own, remote.replace("URL", str(clones.upstream)) + fetch + merge)
    [back] = re.findall(r"`(git revert [^`]*)`", (REPOSITORY / PAGE).read_text())
    clones.type(clones.own, back.replace("<the merge>", "HEAD"))
    assert (clones.own / "CHANGELOG.md").read_text() == "## 0.1.0\n"
    assert (clones.own / STACK).read_text() == "mine\n"


def test_a_stack_s_file_goes_to_the_private_repository_alone(
    clones: Clones, tmp_path: Path
) -> None:
    set_up, commit, update = PRIVATE
    private = tmp_path / "private"
    clones.type(tmp_path, f"git init --quiet --bare --initial-branch=main {private}")
    clones.type(clones.own, set_up.replace("PRIVATE", str(private)))
    (clones.own / STACK).write_text("mine, with one more alias\n")
    clones.type(clones.own, commit)
    clones.type(clones.own, update)
    seen = clones.type(private, f"git show main:{STACK}\ngit show main:CHANGELOG.md")
    assert seen.startswith("mine, with one more alias\n## 0.2.0")
    assert STACK not in clones.type(clones.upstream, "git ls-tree -r --name-only main")


def test_what_is_private_cannot_be_pushed_to_the_public_repository(
    clones: Clones, tmp_path: Path
) -> None:
    private = tmp_path / "private"
    clones.type(tmp_path, f"git init --quiet --bare --initial-branch=main {private}")
    clones.type(clones.own, PRIVATE[0].replace("PRIVATE", str(private)))
    with pytest.raises(AssertionError, match="no-push"):
        clones.type(clones.own, "git push upstream main:mine")
