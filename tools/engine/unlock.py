"""Takes a stack's lock from a run that is no more, and tidies up after it."""

import subprocess
from collections.abc import Mapping, Sequence

from tools.cures import LOCKED
from tools.engine import leftovers
from tools.engine.ask import agreed, say
from tools.engine.backend import PROJECT, Lock, file_backend


def unlock(stack: str, environment: Mapping[str, str], *, yes: bool) -> int:
    """Take the lock of ``stack`` away, and drop what its run noted; return an exit status.

    A run that is at work on this machine keeps its lock. Where that cannot be seen (another
    machine, a backend that is not a folder), a person is asked, unless ``yes`` says it.

    Raises:
        ClearError: the notes stay.
    """
    backend = file_backend(environment)
    locks = backend.locks(stack) if backend else []
    for lock in locks:
        say(f"· {stack} is locked by {lock}")
    if held := [lock for lock in locks if lock.is_held()]:
        say(f"✗ it is at work: wait, or stop it by Ctrl-C there (kill -INT {held[0].pid})")
        return 1
    if not yes and not _may(locks, known=backend is not None):
        return 1
    if locks or backend is None:
        done = _cancel(stack, environment)
        if done.returncode:
            say(f"✗ {done.stderr.strip()}")
            return done.returncode
        say(f"✓ {stack} is unlocked")
    else:
        say(f"✓ {stack} is not locked")
    if leftovers.has_pending(stack, environment):
        leftovers.clear(stack, environment)
        say("✓ dropped the notes of operations that the run did not end")
    say(f"  make up STACK={stack} goes on where it was")
    return 0


def is_locked(stack: str, environment: Mapping[str, str]) -> bool:
    """Return whether ``stack`` has a lock in a folder, and tell a person whose, with the cure.

    Pulumi itself looks only when an update begins, after the preview and the question.
    """
    backend = file_backend(environment)
    locks = backend.locks(stack) if backend else []
    for lock in locks:
        say(f"✗ {stack} is locked by {lock}")
        say(f"  cure: {LOCKED.format(stack=stack)}")
    return bool(locks)


def abandoned(stack: str, environment: Mapping[str, str]) -> bool:
    """Return whether ``stack`` has a lock that nobody on this machine holds any more."""
    backend = file_backend(environment)
    locks = backend.locks(stack) if backend else []
    return any(lock.is_here and not lock.is_held() for lock in locks)


def _may(locks: Sequence[Lock], *, known: bool) -> bool:
    if not known:
        return agreed(
            "Whether a run is at work there cannot be seen from here. Unlock all the same?"
        )
    elsewhere = [lock for lock in locks if not lock.is_here]
    return not elsewhere or agreed(
        f"Whether it still runs on {elsewhere[0].host} cannot be seen from here. "
        "Unlock all the same?"
    )


def _cancel(stack: str, environment: Mapping[str, str]) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        ["pulumi", "cancel", "--yes", stack, "--non-interactive", "--color", "never"],
        cwd=PROJECT, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
