"""The host of another stack, as a domain's stack sees it (``tapal:hostStack``)."""

from collections.abc import Mapping
from typing import Any

import pulumi

from components.load import Stack
from components.refusal import refuse
from mail.finding import Finding
from settings.rules.run import HOST_STACK_MOVED
from settings.settings import Host

OUTPUT = "host"
ROOT = "pulumi:pulumi:Stack"
READ_OUTPUTS = "pulumi:pulumi:readStackOutputs"


def describe(host: Host) -> dict[str, str | None]:
    """Return what the stack of ``host`` tells other stacks about it, as its output `OUTPUT`."""
    ipv6 = host.ipv6.address if host.ipv6 else None
    return {"name": host.name, "ipv4": host.ipv4, "ipv6": ipv6}


def refer(stack: Stack) -> pulumi.StackReference | None:
    """Refer to the stack that owns the host, which must have been brought up as its file says.

    Checked before anything of a domain is declared, so that nothing is touched on a host that does
    not exist yet. In a preview a mismatch is a warning: one pull request may add a host and the
    domains on it, and what it would do can be shown all the same.

    Returns:
        The reference; None in a preview of what comes before the host's first `up`.

    Raises:
        Refusal: that stack is yet to be brought up, or brought up again.
    """
    name, host = stack.settings.host_stack, stack.host
    whole = f"{pulumi.get_organization()}/{pulumi.get_project()}/{name}"
    told = _outputs(whole).get(OUTPUT)
    problem = _problem(told if isinstance(told, Mapping) else None, describe(host))
    if problem:
        message = f"tapal:hostStack: {name} {problem}. Cure: `pulumi up --stack {name}` first."
        if not pulumi.runtime.is_dry_run():
            refuse(message)
        pulumi.log.warn(message)
    return pulumi.StackReference("server: of another stack", stack_name=whole) if told else None


def moved(host: Host, state: Mapping[str, Mapping[str, Any]]) -> list[Finding]:
    """Return a warning if the stack's domains were on another server before.

    Args:
        host: the server that they are to be on.
        state: ``type`` and ``outputs`` of this stack's own resources, as the last `up` left them.
    """
    before = next(
        (one["outputs"].get(OUTPUT) for one in state.values() if one.get("type") == ROOT), None
    )
    left = before.get("name") if isinstance(before, Mapping) else None
    if left in (None, host.name):
        return []
    return [
        HOST_STACK_MOVED.found(
            "hostStack",
            reason=f"the domains go from {left} to {host.name}, and stay on {left} as well: it "
            "goes on taking their mail for its own, and their passwords go on opening it",
            cure=f"if {left} still runs: make destroy before the change, and make up after it; "
            f"or by hand on {left}: remove /etc/chasquid/domains/<domain> and "
            "/var/lib/tapal/domains/<domain>, then systemctl restart chasquid",
        )
    ]


def _outputs(stack: str) -> Mapping[str, object]:
    try:
        found = pulumi.runtime.invoke(READ_OUTPUTS, {"name": stack}).value
    except Exception as error:
        # The SDK has no class for it; any other error would hit the StackReference as well.
        if "unknown stack" in str(error):
            return {}
        raise
    outputs = found.get("outputs") if isinstance(found, Mapping) else None
    return outputs if isinstance(outputs, Mapping) else {}


def _problem(told: Mapping[str, object] | None, wanted: Mapping[str, str | None]) -> str:
    if told is None:
        return "was never brought up"
    differing = [key for key in wanted if told.get(key) != wanted[key]]
    changes = ", ".join(f"{key} {told.get(key)} → {wanted[key]}" for key in differing)
    return f"has another host in its file than was last brought up ({changes})" if changes else ""
