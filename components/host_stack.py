"""The host of another stack, as a domain's stack sees it (``tapal:hostStack``)."""

from collections.abc import Mapping

import pulumi

from components.settings import Host

OUTPUT = "host"


def describe(host: Host) -> dict[str, str | None]:
    """Return what a host's stack tells others of it, as its output `OUTPUT`."""
    ipv6 = host.ipv6.address if host.ipv6 else None
    return {"name": host.name, "ipv4": host.ipv4, "ipv6": ipv6}


class HostStack:
    """A reference to the stack that owns the host.

    Attributes:
        reference: the stack, as the engine reads it from the state.
        host_name: the host's name, known only once that stack was brought up as its file says;
            what depends on it touches nothing before.
    """

    def __init__(self, stack: str, host: Host) -> None:
        whole = f"{pulumi.get_organization()}/{pulumi.get_project()}/{stack}"
        self.reference = pulumi.StackReference("host-stack", stack_name=whole)
        found = self.reference.get_output(OUTPUT)
        self.host_name = found.apply(lambda told: _name(stack, host, told))


def _name(stack: str, host: Host, told: Mapping[str, str | None] | None) -> str:
    wanted = describe(host)
    if told == wanted:
        return host.name
    if told is None:
        reason = "it was never brought up"
    else:
        differing = [
            f"{key} {told.get(key)} → {wanted[key]}"
            for key in wanted
            if told.get(key) != wanted[key]
        ]
        reason = f"its file has changed since it was last brought up ({', '.join(differing)})"
    message = f"tapal:hostStack {stack}: {reason}. Cure: `pulumi up --stack {stack}` comes first."
    if pulumi.runtime.is_dry_run():
        # One pull request may change both; what it would do can be shown all the same.
        pulumi.log.warn(message)
        return host.name
    raise pulumi.RunError(message)
