"""Runs `pulumi` on one stack, for a person who reads about it later."""

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass

from tools.changes.plan import Plan, PlanError, read
from tools.cures import cure
from tools.engine import process
from tools.engine.process import Ended, Streams
from tools.pull_request import repository, secret_filter
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
    said = redact(done.errors).strip()
    try:
        plan = read(done.output, redact)
    except PlanError as error:
        failure = said or str(error)
        return Preview(stack=stack, reason=reason, plan=None, failure=_with_cure(failure, stack))
    failure = ""
    if plan.errors or done.status:
        told = "\n\n".join(plan.errors) or said or f"it ended with status {done.status}"
        failure = _with_cure(told, stack)
    return Preview(stack=stack, reason=reason, plan=plan, failure=failure)


def up(stack: str, reason: str) -> Update:
    """Bring ``stack`` up, showing what happens as it happens."""
    redact = _filter(stack)
    rows: list[str] = []

    def hear(row: str) -> None:
        rows.append(redact(row))
        print(rows[-1], end="", file=sys.stderr, flush=True)

    done = _pulumi("up", "--yes", "--stack", stack, hear=hear)
    output = "".join(rows).strip()
    status = done.status
    failure = _with_cure(f"`pulumi up` ended with status {status}", stack, output) if status else ""
    return Update(stack=stack, reason=reason, output=output, failure=failure)


def existing() -> str:
    """Return what `pulumi stack ls --json` says of the project's stacks; empty if it fails."""
    return _pulumi("stack", "ls", "--json").output


def _filter(stack: str) -> SecretFilter:
    config = _pulumi("config", "--json", "--show-secrets", "--stack", stack).output
    state = _pulumi("stack", "export", "--show-secrets", "--stack", stack).output
    secrets = [*secret_filter.in_configuration(config), *secret_filter.in_state(state)]
    return secret_filter.of_environment().knowing(secrets, public=repository.text_of_stack_files())


def _with_cure(failure: str, stack: str, output: str = "") -> str:
    known = cure(failure + output, stack)
    return f"{failure}\n  cure: {known}" if known else failure


def _pulumi(*arguments: str, hear: Callable[[str], None] | None = None) -> Ended:
    """Run ``pulumi`` and return what it printed.

    Args:
        arguments: what it is asked.
        hear: gets each line as it comes, of standard error too.

    Raises:
        KeyboardInterrupt: a signal asked for an end, and it has ended.
    """
    sink = hear or _kept
    streams = Streams(out=sink, err=sink)
    done = process.run([*arguments, "--non-interactive"], _environment(), streams)
    if done.stopped:
        raise KeyboardInterrupt
    return done


def _kept(_: str) -> None:
    """Do nothing: it is kept, and that is enough."""


def _environment() -> dict[str, str]:
    # PULUMI_RUN_PROGRAM: docs/decisions/0006-run-program.md.
    return {**os.environ, "PULUMI_RUN_PROGRAM": "true", "PULUMI_SKIP_UPDATE_CHECK": "true"}
