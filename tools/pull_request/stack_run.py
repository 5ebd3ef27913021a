"""Runs `pulumi` on one stack, for a person who reads about it later."""

import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from settings.stack_file import PROJECT
from tools.cures import cure
from tools.pull_request import repository, secret_filter
from tools.pull_request.preview_plan import Plan, PlanError, read
from tools.pull_request.secret_filter import SecretFilter


@dataclass(frozen=True, kw_only=True)
class Preview:
    """What `pulumi preview` came to.

    Attributes:
        stack: its name.
        reason: why it was looked at.
        plan: what would be done; None if there is not even a plan.
        failure: why it failed, empty if it did not.
    """

    stack: str
    reason: str
    plan: Plan | None
    failure: str

    @property
    def changes(self) -> bool:
        """Return whether anything would be done."""
        return self.plan is not None and bool(self.plan.steps)


@dataclass(frozen=True, kw_only=True)
class Update:
    """What `pulumi up` came to.

    Attributes:
        stack: its name.
        reason: why it was brought up.
        output: what it printed.
        failure: why it failed or was not tried, empty if it succeeded.
    """

    stack: str
    reason: str
    output: str
    failure: str


def preview(stack: str, reason: str) -> Preview:
    """Look what `pulumi up` would do to ``stack``."""
    redact = _filter(stack)
    done = _pulumi("preview", "--json", "--stack", stack)
    said = redact(done.stderr).strip()
    try:
        plan = read(done.stdout, redact)
    except PlanError as error:
        failure = said or str(error)
        return Preview(stack=stack, reason=reason, plan=None, failure=_with_cure(failure, stack))
    failure = ""
    if plan.errors or done.returncode:
        told = "\n\n".join(plan.errors) or said or f"it ended with status {done.returncode}"
        failure = _with_cure(told, stack)
    return Preview(stack=stack, reason=reason, plan=plan, failure=failure)


def up(stack: str, reason: str) -> Update:
    """Bring ``stack`` up, showing what happens as it happens."""
    redact = _filter(stack)
    argv = _argv("up", "--yes", "--stack", stack)
    rows: list[str] = []
    with subprocess.Popen(
        argv,
        cwd=PROJECT,
        env=_environment(),
        text=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    ) as running:
        for row in running.stdout or ():
            rows.append(redact(row))
            print(rows[-1], end="", file=sys.stderr, flush=True)
    output = "".join(rows).strip()
    status = running.returncode
    failure = _with_cure(f"`pulumi up` ended with status {status}", stack, output) if status else ""
    return Update(stack=stack, reason=reason, output=output, failure=failure)


def existing() -> str:
    """Return what `pulumi stack ls --json` says of the project's stacks; empty if it fails."""
    return _pulumi("stack", "ls", "--json").stdout


def _filter(stack: str) -> SecretFilter:
    config = _pulumi("config", "--json", "--show-secrets", "--stack", stack).stdout
    state = _pulumi("stack", "export", "--show-secrets", "--stack", stack).stdout
    secrets = [*secret_filter.in_configuration(config), *secret_filter.in_state(state)]
    return secret_filter.of_environment().knowing(secrets, public=repository.text_of_stack_files())


def _with_cure(failure: str, stack: str, output: str = "") -> str:
    known = cure(failure + output, stack)
    return f"{failure}\n  cure: {known}" if known else failure


def _pulumi(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        _argv(*arguments),
        cwd=PROJECT,
        env=_environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )


def _argv(*arguments: str) -> Sequence[str]:
    return ["pulumi", *arguments, "--non-interactive", "--color", "never"]


def _environment() -> dict[str, str]:
    # PULUMI_RUN_PROGRAM: docs/decisions/0006-run-program.md.
    return {**os.environ, "PULUMI_RUN_PROGRAM": "true", "PULUMI_SKIP_UPDATE_CHECK": "true"}
