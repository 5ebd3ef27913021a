"""The host of another stack, as a domain's stack sees it (``tapal:hostStack``)."""

from collections.abc import Mapping

import pulumi

from components.settings import Host

OUTPUT = "host"
READ_OUTPUTS = "pulumi:pulumi:readStackOutputs"


def describe(host: Host) -> dict[str, str | None]:
    """Return what a host's stack tells others of it, as its output `OUTPUT`."""
    ipv6 = host.ipv6.address if host.ipv6 else None
    return {"name": host.name, "ipv4": host.ipv4, "ipv6": ipv6}


def refer(stack: str, host: Host) -> pulumi.StackReference | None:
    """Refer to the stack that owns the host, which must have been brought up as its file says.

    Looked at before anything is declared, so that nothing is touched on a host that is not there
    yet. In a preview it is a warning: one pull request may add a host and the domains on it, and
    what it would do can be shown all the same.

    Returns:
        The reference; None in a preview of what comes before the host's first `up`.

    Raises:
        pulumi.RunError: that stack is yet to be brought up, or brought up again.
    """
    whole = f"{pulumi.get_organization()}/{pulumi.get_project()}/{stack}"
    told = _outputs(whole).get(OUTPUT)
    problem = _problem(told if isinstance(told, Mapping) else None, describe(host))
    if problem:
        message = f"tapal:hostStack: {stack} {problem}. Cure: `pulumi up --stack {stack}` first."
        if not pulumi.runtime.is_dry_run():
            raise pulumi.RunError(message)
        pulumi.log.warn(message)
    return pulumi.StackReference("host-stack", stack_name=whole) if told else None


def _outputs(stack: str) -> Mapping[str, object]:
    try:
        found = pulumi.runtime.invoke(READ_OUTPUTS, {"name": stack}).value
    except Exception as error:
        # The SDK has no class for it; any other trouble would be as true of the reference itself.
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
