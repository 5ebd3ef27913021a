"""Runs the table (``cases/``) through the real engine, each case in a project of its own."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.lab.engine.case import Case, Step
from tests.lab.engine.cases.dynamic import CASES
from tests.lab.engine.harness import Project, Result

PROGRAMS = Path(__file__).parent / "programs"


@dataclass(frozen=True, kw_only=True)
class Stage:
    """Where a case is run: its project and its folder."""

    project: Project
    folder: Path

    def filled(self, said: object) -> object:
        """Return ``said`` with the folder in the place of every ``@dir@``."""
        if isinstance(said, str):
            return said.replace("@dir@", str(self.folder))
        if isinstance(said, Mapping):
            return {key: self.filled(item) for key, item in said.items()}
        return said

    def run(self, step: Step) -> Result:
        """Run ``step`` and return how it went."""
        for name, content in step.files.items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.unlink(missing_ok=True) if content is None else path.write_text(content)
        if step.resources:
            self.project.write("resources.json", json.dumps(self.filled(step.resources)))
        done: Result = getattr(self.project, step.do)()
        return done


@pytest.fixture
def stage(request: pytest.FixtureRequest, tmp_path: Path) -> Stage:
    case: Case = request.param
    folder = tmp_path / "host"
    folder.mkdir()
    project = Project(tmp_path, options=case.options)
    project.write("__main__.py", (PROGRAMS / "resources.py").read_text())
    project.write("file_resource.py", (PROGRAMS / "file_resource.py").read_text())
    return Stage(project=project, folder=folder)


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
        check_host(stage, step, where)


def check_engine(stage: Stage, step: Step, done: Result, where: str) -> None:
    del stage
    if step.operations is not None:
        assert done.operations == step.operations, f"{where}:\n{done.output}"


def check_messages(stage: Stage, step: Step, done: Result, where: str) -> None:
    messages = done.messages()
    for text in step.says:
        assert str(stage.filled(text)) in messages, f"{where}:\n{done.output}"
    for text in step.prints:
        assert text in done.output, f"{where}:\n{done.output}"
    for text in step.silent_about:
        assert text not in done.output, where
        assert text not in messages, where
    for text in step.hidden:
        assert text not in stage.project.state_text(), where


def check_host(stage: Stage, step: Step, where: str) -> None:
    for name, content in step.host.items():
        path = stage.folder / name
        found = path.read_text() if path.exists() else None
        assert found == content, f"{where}: {name}"
