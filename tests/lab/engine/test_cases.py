"""Runs the table (``cases/``) through the real engine, each case in a project of its own."""

import json
import os
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import asyncssh
import pytest

from tests.lab.engine.case import Case, Step
from tests.lab.engine.cases import CASES
from tests.lab.engine.events import SECRET
from tests.lab.engine.harness import Project, Result
from tests.lab.engine.sshd import PASSPHRASE, Sshd

PROGRAMS = Path(__file__).parent / "programs"


@dataclass(frozen=True, kw_only=True)
class Stage:
    """Where a case is run: its project, its folder, and what its placeholders stand for."""

    project: Project
    folder: Path
    words: Mapping[str, object]
    connection: Mapping[str, object]

    def filled(self, said: object) -> object:
        """Return ``said`` with every ``@word@`` replaced."""
        if isinstance(said, str):
            for word, meaning in self.words.items():
                if said == f"@{word}@":
                    return meaning
                said = said.replace(f"@{word}@", str(meaning))
            return said
        if isinstance(said, Mapping):
            return {key: self.filled(item) for key, item in said.items()}
        return [self.filled(item) for item in said] if isinstance(said, list | tuple) else said

    def run(self, step: Step) -> Result:
        """Run ``step`` and return how it went."""
        for name, content in step.files.items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.unlink(missing_ok=True) if content is None else path.write_text(content)
        if step.resources:
            given = {"connection": self.connection, "resources": self.filled(step.resources)}
            self.project.write("resources.json", json.dumps(given))
        done: Result = getattr(self.project, step.do)()
        return done


@pytest.fixture(scope="session")
def agent(sshd: Sshd) -> Iterator[Path]:
    """An SSH agent that holds the user's key."""
    socket = sshd.folder / "agent"
    process = subprocess.Popen(["ssh-agent", "-D", "-a", str(socket)], stdout=subprocess.DEVNULL)
    try:
        environment = {**os.environ, "SSH_AUTH_SOCK": str(socket)}
        key = sshd.login.private_key.encode()
        for _ in range(50):
            added = subprocess.run(
                ["ssh-add", "-q", "-"], input=key, env=environment, check=False, capture_output=True
            )
            if added.returncode == 0:
                break
        assert added.returncode == 0, added.stderr
        yield socket
    finally:
        process.terminate()
        process.wait(timeout=10)


@pytest.fixture
def stage(request: pytest.FixtureRequest, tmp_path: Path, sshd: Sshd, agent: Path) -> Stage:
    case: Case = request.param
    login = sshd.login
    folder = tmp_path / "host"
    folder.mkdir()
    project = Project(tmp_path, options=case.options)
    project.write("__main__.py", (PROGRAMS / "resources.py").read_text())
    project.write("file_resource.py", (PROGRAMS / "file_resource.py").read_text())
    connection = login.connection(accepting=case.accepting)
    words = {
        "dir": folder,
        "user": login.user,
        "key": login.private_key,
        "host_key": login.host_key,
        "accepting_port": login.accepting_port,
        "agent": str(agent),
        "encrypted": login.encrypted_key,
        "passphrase": PASSPHRASE,
        "stranger": asyncssh.generate_private_key("ssh-ed25519").export_private_key().decode(),
        "other": asyncssh.generate_private_key("ssh-ed25519").export_public_key().decode().strip(),
    }
    return Stage(project=project, folder=folder, words=words, connection=connection)


@pytest.mark.parametrize(
    ("stage", "case"),
    [(case, case) for case in CASES],
    ids=[case.title for case in CASES],
    indirect=["stage"],
)
def test_case(stage: Stage, case: Case) -> None:
    for number, step in enumerate(case.steps, start=1):
        done = stage.run(step)
        where = f"step {number} ({step.do})"
        assert (done.status != 0) == step.fails, f"{where}:\n{done.output}"
        check_engine(stage, step, done, where)
        check_messages(stage, step, done, where)
        check_outputs(stage, step, done, where)
        check_host(stage, step, where)


def check_engine(stage: Stage, step: Step, done: Result, where: str) -> None:
    del stage
    if step.operations is not None:
        assert done.operations == step.operations, f"{where}:\n{done.output}"
    if step.differs is not None:
        found = {path for one in done.report.resources for path in one.diff}
        assert found == set(step.differs), f"{where}:\n{done.output}"


def check_messages(stage: Stage, step: Step, done: Result, where: str) -> None:
    messages = done.messages()
    for text in step.says:
        assert str(stage.filled(text)) in messages, f"{where}:\n{done.output}"
    for text in step.prints:
        assert text in done.output, f"{where}:\n{done.output}"
    for text in step.silent_in_messages:
        assert text not in messages, where
    for text in step.silent_about:
        assert text not in done.output, where
        assert text not in messages, where
    if step.warns is not None:
        warnings = [one for one in done.report.said if one.severity == "warning"]
        assert len(warnings) == step.warns, f"{where}: {warnings}"


def check_outputs(stage: Stage, step: Step, done: Result, where: str) -> None:
    if step.outputs:
        shown = done.report.outputs
        if shown is None:
            shown = stage.project.masked_outputs()
        expected = {
            name: SECRET if name in step.secret else step.outputs[name] for name in step.outputs
        }
        assert {name: shown.get(name) for name in step.outputs} == expected, where
    if step.secret:
        clear = stage.project.outputs()
        assert {name: clear.get(name) for name in step.outputs} == step.outputs, where
    for text in step.hidden:
        assert text not in stage.project.state_text(), where


def check_host(stage: Stage, step: Step, where: str) -> None:
    for name, content in step.host.items():
        path = stage.folder / name
        found = path.read_text() if path.exists() else None
        assert found == content, f"{where}: {name}"
