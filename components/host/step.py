"""Steps on the host: scripts that bring something about, and the facts by which it is seen.

A step is a shell script in a component's folder ``steps/``, installed on the host as a file
resource and run by name. Its data goes by stdin, and a change of the script shows in the preview as
a change of a file. The step names the script's digest, so a changed script runs again.
"""

import hashlib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

import pulumi

from components.resources.host_step import HostStep, HostStepArgs

FOLDER = Path(__file__).parent
RUNNER = FOLDER / "steps" / "step"


@cache
def scripts() -> Mapping[str, str]:
    """Return the text of every step's script, and of what they share (``lib``), by name."""
    files = sorted(FOLDER.parent.glob("*/steps/*.sh"))
    return {file.stem: file.read_text(encoding="utf-8") for file in files}


def digest(name: str) -> str:
    """Return by what the script of step ``name`` is known."""
    return hashlib.sha256(scripts()[name].encode()).hexdigest()[:12]


def step(  # noqa: PLR0913 - what a step has
    name: str,
    script: str,
    *,
    does: str,
    opts: pulumi.ResourceOptions,
    data: pulumi.Input[str] = "",
    facts: Mapping[str, str] | None = None,
    after: Sequence[pulumi.Input[str]] = (),
    actions: Sequence[str] = ("apply",),
) -> HostStep:
    """Declare that one step runs, and what undoes it on destroy.

    Args:
        name: the resource's name.
        script: which of `scripts`.
        does: what it brings about, as an order in a few words: "start chasquid".
        opts: Pulumi's options; parent and depends_on at the least.
        data: its standard input; a change of it runs the step again, and shows line by line.
        facts: what the host is to be by it; a host that is otherwise shows, and it runs again.
        after: revisions of the files that it reads; a change of one runs it again.
        actions: ``apply``, ``confirm`` (by a new connection, after it), ``delete`` (on destroy).
    """
    args = HostStepArgs(
        step=script,
        does=does,
        script=digest(script),
        actions=actions,
        data=data,
        facts=facts or {},
        after=after,
    )
    return HostStep(name, args, opts)
