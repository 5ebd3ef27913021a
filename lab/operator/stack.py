"""A stack as a person works on it: ``pulumi`` typed at the operator's machine."""

import json
import shutil
import subprocess
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from lab import paths, plan
from lab.errors import LabError
from lab.net.network import namespace_argv
from lab.operator import machine


@dataclass(frozen=True, kw_only=True)
class Run:
    """What a command left behind, and how long it took (seconds)."""

    argv: Sequence[str]
    status: int
    output: str
    seconds: float

    def expect(self) -> "Run":
        """Return itself if the command succeeded.

        Raises:
            LabError: it failed; the message holds what it printed.
        """
        if self.status:
            raise LabError(f"`{' '.join(self.argv)}` ended with {self.status}:\n{self.output}")
        return self


def run(
    argv: Sequence[str],
    *,
    stdin: str = "",
    cwd: Path = paths.REPOSITORY,
    show: bool = False,
    timeout: float = 600,
) -> Run:
    """Run ``argv`` on the operator's machine, in its network and with its name server.

    Args:
        argv: the program and its arguments.
        stdin: its input.
        cwd: where it runs; the repository, so that `pulumi` finds the project.
        show: let a person see the output as it comes, besides returning it.
        timeout: seconds until it is ended.

    Raises:
        subprocess.TimeoutExpired: it took too long.
    """
    start = time.monotonic()
    process = subprocess.Popen(
        namespace_argv(plan.NETNS_OPERATOR, argv),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=cwd,
        env=machine.environment(),
    )
    try:
        output = _shown(process) if show else process.communicate(stdin, timeout=timeout)[0]
    except BaseException:
        process.kill()
        process.wait()
        raise
    return Run(argv=argv, status=process.wait(), output=output, seconds=time.monotonic() - start)


def _shown(process: "subprocess.Popen[str]") -> str:
    lines = []
    for line in process.stdout or ():
        lines.append(line)
        print(line, end="", flush=True)
    return "".join(lines)


@dataclass(frozen=True, kw_only=True)
class Stack:
    """One stack of the project.

    Attributes:
        name: as in ``stacks/Pulumi.<name>.yaml``.
        config_file: settings to use instead of that file, so that a trial changes no tracked file.
        project: the project's folder.
    """

    name: str = "lab"
    config_file: Path | None = None
    project: Path = paths.REPOSITORY

    def pulumi(self, *arguments: str, show: bool = False) -> Run:
        """Run ``pulumi ARGUMENTS`` on this stack and return what came of it, whatever it was."""
        argv = ["pulumi", *arguments, "--stack", self.name, "--non-interactive"]
        argv += ["--color", "always" if show else "never"]
        if self.config_file is not None:
            argv += ["--config-file", str(self.config_file)]
        return run(argv, show=show, cwd=self.project)

    def ensure(self) -> "Stack":
        """Make the stack in the operator's state, if it is not there yet, and return itself.

        Raises:
            LabError: it cannot be made.
        """
        argv = ["pulumi", "stack", "init", self.name, "--non-interactive", "--no-select"]
        with tempfile.TemporaryDirectory(prefix="tapal-") as folder:
            # `init` writes a passphrase's salt into the project's own folder, whatever file the
            # stack is used with: it gets a project that is thrown away.
            shutil.copy(self.project / "Pulumi.yaml", folder)
            made = run(argv, cwd=self.project if self.config_file is None else Path(folder))
        if made.status and "already exists" not in made.output:
            made.expect()
        return self

    def up(self, *arguments: str, show: bool = False) -> Run:
        """Run ``pulumi up --yes`` and return what came of it."""
        return self.pulumi("up", "--yes", *arguments, show=show)

    def preview(self, *arguments: str) -> Run:
        """Run ``pulumi preview`` and return what came of it."""
        return self.pulumi("preview", *arguments)

    def destroy(self) -> Run:
        """Remove all that the stack made, as ``make destroy`` does, and return what came of it."""
        return self.pulumi("destroy", "--yes", "--run-program=false")

    def password(self, address: str) -> str:
        """Return the password of ``address`` from the stack's secret output.

        Raises:
            LabError: the stack has no such account, or was never brought up.
        """
        argv = ["pulumi", "stack", "output", "--show-secrets", "--json", "passwords"]
        printed = run([*argv, "--stack", self.name], cwd=self.project).expect().output
        passwords = json.loads(printed)
        if address not in passwords:
            raise LabError(f"the stack {self.name} has no account {address}")
        return str(passwords[address])
