"""What a killed run leaves behind: a lock, operations that never ended, processes.

Pulumi notes each operation before it begins. Of one that was cut off it cannot know whether it took
place, and says so in a dozen lines at every later run. Here it does not matter: each refresh reads
back what the state holds, and whatever is not in the state is created again, by an operation that
may be run twice (docs/state-and-secrets.md). So the notes are dropped.
"""

import subprocess
from collections.abc import Mapping

from tools.engine.backend import PROJECT, file_backend


class ClearError(RuntimeError):
    """Pulumi could not drop the notes; the message holds its own words."""


def has_pending(stack: str, environment: Mapping[str, str]) -> bool:
    """Return whether the state of ``stack`` names operations that a run did not end.

    In a folder that is read at once; elsewhere `pulumi` is asked, half a second or a download long.
    """
    backend = file_backend(environment)
    if backend:
        return not backend.locks(stack) and backend.has_pending(stack)
    return '"pending_operations"' in _pulumi("export", stack, environment).stdout


def clear(stack: str, environment: Mapping[str, str]) -> None:
    """Drop the notes: Pulumi does so at each import of a state.

    The import takes the stack's lock, and fails if a run has it.

    Raises:
        ClearError: the state cannot be exported or imported.
    """
    exported = _pulumi("export", stack, environment)
    if exported.returncode == 0:
        exported = _pulumi("import", stack, environment, exported.stdout)
    if exported.returncode:
        raise ClearError(exported.stderr.strip())


def _pulumi(
    command: str, stack: str, environment: Mapping[str, str], text: str = ""
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["pulumi", "stack", command, "--stack", stack, "--non-interactive", "--color", "never"],
        cwd=PROJECT, env=environment, input=text, capture_output=True, text=True, check=False,
    )  # fmt: skip
