"""The door on the host: a follower of the journal that shuts out who guesses passwords."""

import json
from pathlib import Path
from typing import Protocol

import pulumi

from components.host.step import step
from components.plan import HostPlan
from components.resources.host_file import HostFile
from components.resources.host_folder import HostFolder
from components.resources.host_step import ON_HOST
from facts import fact
from mail import door, gate

PROGRAM = f"{ON_HOST}/door"
SETTINGS = "/etc/tapal/door.json"
# What it borrows from the gate's modules, which need not be on the host for it.
BORROWED = ("__init__", "watchdog")


class Child(Protocol):
    """`Component.child`, as far as it is needed here."""

    def __call__(self, *after: pulumi.Resource | None) -> pulumi.ResourceOptions:
        """Return options for a resource that comes after the resources ``after``."""


def declare(plan: HostPlan, units: HostFolder, child: Child) -> None:
    """Declare the follower; the sets that it fills are the firewall's.

    Args:
        plan: the host.
        units: what systemd reads of it.
        child: makes the options of a resource that comes after others.
    """
    spared = json.dumps({"neverBlock": plan.settings.never_block}, indent=2)
    program = HostFolder("door: program", path=PROGRAM, files=_modules(), opts=child())
    settings = HostFile(path=SETTINGS, content=f"{spared}\n", opts=child())
    step(
        "door: start",
        "door-start",
        does="start the door, which shuts out who guesses passwords",
        facts={"tapal-door.service": fact.ENABLED},
        after=[program.revision, settings.revision, units.revision],
        actions=("apply", "delete"),
        opts=child(program, settings, units),
    )


def _modules() -> dict[str, str]:
    """Return the very modules of `mail.door`, by where they lie in the program's folder."""
    own = sorted(Path(door.__file__).parent.glob("*.py"))
    borrowed = [Path(gate.__file__).with_name(f"{name}.py") for name in BORROWED]
    return {
        f"mail/{path.parent.name}/{path.name}": path.read_text(encoding="utf-8")
        for path in (*own, *borrowed)
    }
