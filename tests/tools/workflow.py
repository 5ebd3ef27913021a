"""The workflows as data, so that what is tested is the very shell that they run."""

from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parent.parent.parent
FOLDER = ROOT / ".github" / "workflows"


def read(name: str) -> dict[str, Any]:
    """Return the workflow in ``NAME.yml``; its ``on`` is under True, as YAML 1.1 has it."""
    content = yaml.safe_load((FOLDER / f"{name}.yml").read_text(encoding="utf-8"))
    assert isinstance(content, dict)
    return content


def jobs() -> list[tuple[str, str, dict[str, Any]]]:
    """Return every job: its workflow, its name, its content."""
    return [
        (file.stem, name, job)
        for file in sorted(FOLDER.glob("*.yml"))
        for name, job in read(file.stem)["jobs"].items()
    ]


def script(workflow: str, job: str, step: str) -> str:
    """Return the shell that the step called ``step`` runs."""
    found = [one["run"] for one in read(workflow)["jobs"][job]["steps"] if one.get("name") == step]
    assert len(found) == 1, (workflow, job, step)
    return str(found[0])
