"""Whether a stack and the others of the project keep out of each other's way."""

from collections.abc import Iterator, Mapping

from mail.finding import Finding
from mail.rule import Rule
from settings.settings import Host
from settings.stack_file import EXAMPLES, SOURCE, Config

SHARED = Rule(
    id="host-address-twice",
    source=SOURCE,
    level="warning",
    why="Two stacks that both own one server write the same files there, and undo each other's "
    "work at every run.",
    cure="keep the server in one of them; the other one says tapal:hostStack",
)


def check(host: Host | None, own: str, others: Mapping[str, Config]) -> Iterator[Finding]:
    """Yield a finding for each other stack that has a host at the addresses of ``host``.

    Args:
        host: the stack's own; None if it has none.
        own: the stack's name.
        others: the configurations of the project's stacks, by name.
    """
    if host is None:
        return
    ours = {"ipv4": host.ipv4, "ipv6": host.ipv6.address if host.ipv6 else None}
    for stack, config in others.items():
        theirs = config.get("tapal:host")
        if stack == own or stack in EXAMPLES or not isinstance(theirs, dict):
            continue
        v6 = theirs.get("ipv6")
        found = {
            "ipv4": theirs.get("ipv4"),
            "ipv6": v6.get("address") if isinstance(v6, dict) else v6,
        }
        for kind, address in ours.items():
            if address and str(found[kind] or "").strip() == address:
                reason = f"the stack {stack} has a server at {address} too"
                cure = (
                    f"keep the server in one of them; the other one says tapal:hostStack: {stack}"
                )
                yield SHARED.found(f"host.{kind}", reason=reason, cure=cure)
                break
