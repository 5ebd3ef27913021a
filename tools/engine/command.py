"""``python -m tools.engine``: what `make preview`, `up`, `destroy` and `unlock` run.

Exit status: Pulumi's own if it fails; 0 if all is well or nothing is to be done; 1 if the answer
was no, or could not be asked for; 2 if the question was wrong; 130 after Ctrl-C at a question.
"""

import argparse
import getpass
import os
import shutil
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass

from tools import passphrase
from tools.changes.plan import Plan
from tools.cures import cure
from tools.engine import event_log, leftovers, logged, orphans, place, report, unlock
from tools.engine.ask import agreed, say
from tools.engine.backend import PROJECT, file_backend
from tools.engine.event_log import EventLogError, Proposal
from tools.engine.leftovers import ClearError
from tools.engine.logged import Run
from tools.engine.process import Ended

INTERRUPTED = 130
# Who leaves goes by the state alone: docs/decisions/0006-run-program.md.
DESTROY = ("destroy", "--run-program=false")
PREVIEWS = {
    "preview": ("preview",),
    "up": ("preview",),
    "destroy": (*DESTROY, "--preview-only"),
}
UPDATES = {
    "up": ("up", "--skip-preview", "--yes"),
    "destroy": (*DESTROY, "--skip-preview", "--yes"),
}
# Where the state is as the world is, the update need not look at all of it once more, which would
# write the state for each resource: docs/decisions/0024-nothing-to-do.md.
NO_SECOND_LOOK = ("--refresh=false",)
FRESH = 300.0  # seconds after which the world may have changed, while a person read the preview
QUESTIONS = {"up": "Do this to {stack}?", "destroy": "Remove all this of {stack}?"}

# The engine names a cure of its own, which goes past the stack's file.
PROTECTED = (
    'if a DKIM key "cannot be deleted because it is protected": allow it in the stack file '
    "(tapal:allow: [dkim-keys]), make up STACK={stack}, then make destroy STACK={stack} again"
)


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What is to be done.

    Attributes:
        command: ``preview``, ``up``, ``destroy`` or ``unlock``.
        stack: the stack's name.
        yes: whether the answer to the question is known.
        raw: whether to show what Pulumi prints instead of our own words.
        more: what `pulumi` is told besides (``--target …``).
        environment: what it runs in.
    """

    command: str
    stack: str
    yes: bool
    raw: bool
    more: Sequence[str]
    environment: dict[str, str]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; return its exit status."""
    known, more = _parser().parse_known_args(arguments)
    if shutil.which("pulumi") is None:
        say("✗ no program is called pulumi: see https://www.pulumi.com/docs/install/")
        return 2
    try:
        asked = Asked(
            command=known.command, stack=known.stack, yes=known.yes, raw=known.raw, more=more,
            environment=_environment(known.stack),
        )  # fmt: skip
        return _do(asked)
    except KeyboardInterrupt:
        say("\n· stopped; nothing was changed")
        return INTERRUPTED
    except ClearError as error:
        say(f"✗ operations that a run did not end are in the state, and stay there: {error}")
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tools.engine",
        description="Runs Pulumi on one stack. What is not known here is handed on to it.",
        allow_abbrev=False,
    )
    parser.add_argument("command", choices=[*PREVIEWS, "unlock"])
    parser.add_argument("stack", metavar="STACK")
    parser.add_argument("-y", "--yes", action="store_true", help="do not ask")
    parser.add_argument("--raw", action="store_true", help="show what Pulumi prints")
    return parser


def _environment(stack: str) -> dict[str, str]:
    # PULUMI_RUN_PROGRAM: docs/decisions/0006-run-program.md.
    environment = passphrase.known({**os.environ, "PULUMI_RUN_PROGRAM": "true"})
    if not passphrase.is_given(environment) and sys.stdin.isatty() and _has_passphrase(stack):
        # Pulumi has no terminal to ask on (`tools.engine.process`), and would ask twice.
        environment["PULUMI_CONFIG_PASSPHRASE"] = getpass.getpass(f"Passphrase of {stack}: ")
    return environment


def _has_passphrase(stack: str) -> bool:
    try:
        text = (PROJECT / "stacks" / f"Pulumi.{stack}.yaml").read_text(encoding="utf-8")
    except OSError:
        return False
    return any(line.startswith("encryptionsalt:") for line in text.splitlines())


def _do(asked: Asked) -> int:
    if ended := orphans.end():
        say(f"· ended {_counted(ended)} that a killed run had left behind")
    if wrong := place.problem(asked.environment):
        say(wrong)
        return 2
    for line in place.without_file(asked.environment):
        say(line)
    if asked.command == "unlock":
        return unlock.unlock(asked.stack, asked.environment, yes=asked.yes)
    if asked.command == "preview":
        return _told(asked, _looked(asked).ended)
    return _change(asked)


def _counted(ended: Sequence[int]) -> str:
    return "1 process" if len(ended) == 1 else f"{len(ended)} processes"


def _change(asked: Asked) -> int:
    local = file_backend(asked.environment) is not None
    if unlock.is_locked(asked.stack, asked.environment):
        return 1
    if local:
        _clear(asked)
    looked = _looked(asked)
    if looked.ended.status or looked.ended.stopped:
        return _told(asked, looked.ended)
    seen, found = time.monotonic(), _proposal(looked)
    if found.is_empty:
        return _nothing_to_do(asked, looked)
    if not asked.yes and not agreed(QUESTIONS[asked.command].format(stack=asked.stack)):
        return 1
    if not local:  # costs a download there, and the preview says nothing of them
        _clear(asked)
    is_known = not found.has_drift and time.monotonic() - seen < FRESH
    done = _pulumi(asked, _update(asked.command, is_known=is_known), looked.plan)
    if not asked.raw:
        report.updated(done, looked, asked.stack, up=asked.command == "up")
    return _told(asked, done.ended, begun=True)


def _update(command: str, *, is_known: bool) -> Sequence[str]:
    """Return what does ``command``; where the world ``is_known``, it is not looked at again."""
    again = NO_SECOND_LOOK if command == "up" and is_known else ()
    return (*UPDATES[command], *again)


def _nothing_to_do(asked: Asked, looked: Run) -> int:
    say(f"✓ {asked.stack}: nothing to do")
    if asked.command == "up" and not asked.raw:
        report.seen(looked)
    return 0


def _clear(asked: Asked) -> None:
    if leftovers.has_pending(asked.stack, asked.environment):
        leftovers.clear(asked.stack, asked.environment)
        say("· dropped the notes of operations that a run did not end: they are looked at anew")


def _looked(asked: Asked) -> Run:
    looked = _pulumi(asked, PREVIEWS[asked.command])
    if not asked.raw:
        report.previewed(looked)
    return looked


def _proposal(looked: Run) -> Proposal:
    try:
        return event_log.proposal(looked.events)
    except EventLogError as error:
        say(f"· what the preview proposes is not known ({error}): the update will find out")
        return Proposal(is_empty=False, has_drift=True)


def _pulumi(asked: Asked, arguments: Sequence[str], proposed: Plan | None = None) -> Run:
    diff = asked.raw and "--skip-preview" not in arguments
    flags = [*(["--diff"] if diff else []), "--stack", asked.stack, *asked.more]
    return logged.run(arguments, flags, asked.environment, proposed, raw=asked.raw)


def _told(asked: Asked, ended: Ended, *, begun: bool = False) -> int:
    """Say what is to be done after a run that failed or was stopped; return its exit status."""
    if ended.stopped and begun:
        say(f"· stopped. make {asked.command} STACK={asked.stack} goes on where it was")
    elif ended.stopped:
        say("· stopped; nothing was changed")
    if found := cure(ended.errors + ended.output, asked.stack):
        say(f"  cure: {found}")
    elif unlock.abandoned(asked.stack, asked.environment):
        say(f"  a lock is left, and nobody holds it: make unlock STACK={asked.stack}")
    elif asked.command == "destroy" and ended.status and not ended.stopped:
        say(f"  {PROTECTED.format(stack=asked.stack)}")
    return ended.status or (INTERRUPTED if ended.stopped else 0)
