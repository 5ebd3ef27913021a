"""A throw-away project and stack, driven through the real ``pulumi`` CLI.

Everything lives in the folder that is given: the program, the file backend and the event logs.
Nothing here depends on which plugins are used, so that the same tests judge the official ones.
"""

import json
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from lab.engine.prepare import environment
from lab.paths import REPOSITORY
from tests.lab.engine.events import Report, read_report

NAME = "try"
STACK = "dev"
PASSPHRASE = "correct horse"
TIMEOUT_SECONDS = 120


@dataclass(frozen=True, kw_only=True)
class Result:
    """How one run of ``pulumi`` went: what it printed, and what the engine reported on the way."""

    status: int
    output: str
    """Standard output and standard error, mixed as they came."""
    report: Report = field(default_factory=Report)

    @property
    def operations(self) -> tuple[str, ...]:
        """What was begun, as ``op name`` in the engine's order, without ``same`` and ``refresh``.

        A replacement is ``create-replacement x``, ``replace x``, ``delete-replaced x``.
        """
        return tuple(
            f"{one.op} {one.name}"
            for one in self.report.resources
            if one.op not in {"same", "refresh"}
        )

    def messages(self, severity: str = "") -> str:
        """Return what was logged (``info``, ``info#err``, ``warning``, ``error``; or all of it)."""
        return "\n".join(one.message for one in self.report.said if severity in {"", one.severity})

    def checked(self) -> "Result":
        """Return itself if the run succeeded; raise AssertionError with its output if not."""
        if self.status:
            raise AssertionError(f"pulumi exited with {self.status}:\n{self.output}")
        return self


class Project:
    """A Pulumi project with one stack; ``write`` its program, then ``up`` and so on."""

    _stack = STACK

    def __init__(self, folder: Path, *, options: Mapping[str, str] | None = None) -> None:
        """Make the project in ``folder``; ``options`` go to Pulumi.yaml (``refresh: always``)."""
        self.folder = folder / "project"
        self.state = folder / "state"
        self.environment = {
            **environment(state=self.state, passphrase=PASSPHRASE),
            "PULUMI_DEBUG_COMMANDS": "true",  # --event-log is one of them
        }
        self._runs = 0
        virtualenv = str(REPOSITORY / "venv")
        runtime = {"name": "python", "options": {"toolchain": "pip", "virtualenv": virtualenv}}
        project = {"name": NAME, "runtime": runtime, "options": dict(options or {})}
        self.write("Pulumi.yaml", yaml.safe_dump(project))
        self.pulumi("stack", "init", STACK).checked()

    def write(self, name: str, text: str) -> Path:
        """Write a file of the project (``__main__.py`` is the program) and return its path."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def up(self, *flags: str) -> Result:
        """``pulumi up`` without a preview."""
        return self._operation("up", "--yes", "--skip-preview", *flags)

    def preview(self, *flags: str) -> Result:
        """``pulumi preview``; its steps are those that ``up`` would take."""
        return self._operation("preview", *flags)

    def refresh(self, *flags: str) -> Result:
        """``pulumi refresh``."""
        return self._operation("refresh", "--yes", "--skip-preview", *flags)

    def destroy(self, *flags: str) -> Result:
        """``pulumi destroy`` without a preview."""
        return self._operation("destroy", "--yes", "--skip-preview", *flags)

    def outputs(self) -> dict[str, object]:
        """Return the stack's outputs, secrets in plain text."""
        shown = self.pulumi("stack", "output", "--json", "--show-secrets").checked()
        outputs: dict[str, object] = json.loads(shown.output)
        return outputs

    def masked_outputs(self) -> dict[str, object]:
        """Return the stack's outputs as anyone may see them: secrets are ``[secret]``."""
        outputs: dict[str, object] = json.loads(
            self.pulumi("stack", "output", "--json").checked().output
        )
        return outputs

    def state_text(self) -> str:
        """Return the stack's state as it lies on disk: it may hold no secret in plain text."""
        return (self.state / ".pulumi" / "stacks" / NAME / f"{self._stack}.json").read_text()

    def set_config(self, key: str, value: str, *, secret: bool = False) -> None:
        """Set a value of the stack's configuration."""
        kind = "--secret" if secret else "--plaintext"
        self.pulumi("config", "set", kind, key, value).checked()

    def rename(self, stack: str) -> None:
        """Give the stack another name."""
        self.pulumi("stack", "rename", stack).checked()
        self._stack = stack

    def pulumi(self, *arguments: str) -> Result:
        """Run any other ``pulumi`` command on this stack."""
        stack = () if arguments[:2] == ("stack", "init") else ("--stack", self._stack)
        return self._run([*arguments, *stack])

    def _operation(self, *arguments: str) -> Result:
        self._runs += 1
        log = self.folder.parent / f"events-{self._runs}.json"
        done = self._run([*arguments, "--stack", self._stack, "--event-log", str(log), "--diff"])
        return Result(status=done.status, output=done.output, report=read_report(log))

    def _run(self, arguments: list[str]) -> Result:
        done = subprocess.run(
            ["pulumi", *arguments, "--non-interactive", "--color", "never"],
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=TIMEOUT_SECONDS,
        )
        return Result(status=done.returncode, output=done.stdout)
