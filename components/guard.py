"""Guards a stack's records and keys: what a run would take away and may not (`mail.loss`).

The stack's state is compared with its settings before anything is declared, so a refused run has
created, changed and deleted nothing, in a preview as in an update (`--skip-preview` too). What
escapes it, and why it is no resource with a check of its own: docs/decisions/0009-plan-guard.md.
"""

from collections.abc import Mapping

from components import inventory
from components.configuration import Stack
from components.dns import Zone
from components.inventory import Resources
from mail import loss
from mail.finding import Finding


def check(stack: Stack, zones: Mapping[str, Zone], state: Resources) -> list[Finding]:
    """Return what ``stack`` would lose of what its ``state`` holds, and may not."""
    before = inventory.in_state(state)
    return loss.check(before, inventory.in_plan(stack, zones), stack.settings.allow)
