"""The provider's panel: the reverse DNS (PTR, RFC 1035 3.3.12) of the VPS's addresses."""

import ipaddress

from lab import plan
from lab.errors import LabError
from lab.net import network
from lab.world.disk import key_file

_TTL = 300


def _owner(address: str) -> str:
    try:
        owner = ipaddress.ip_address(address).reverse_pointer
    except ValueError as error:
        raise LabError(f"{address} is not an IP address") from error
    if not owner.endswith(tuple(f".{zone}" for zone in plan.REVERSE_ZONES)):
        raise LabError(f"{address} is none of the lab's; the VPS has "
                       f"{plan.VPS.ipv4} and {plan.VPS.ipv6}")  # fmt: skip
    return owner


def set_pointer(address: str, name: str) -> None:
    """Give ``address`` the one name ``name``; an empty name takes it away.

    Raises:
        LabError: the address is not in the lab's zones, or BIND refuses the update.
    """
    owner = _owner(address)
    lines = [f"server {plan.NS1.ipv4}", f"update delete {owner}. PTR"]
    if name:
        lines.append(f"update add {owner}. {_TTL} PTR {name.rstrip('.')}.")
    update = ["nsupdate", "-t", "5", "-k", str(key_file("panel"))]
    network.namespace_exec(plan.NETNS_OPERATOR, update, stdin="\n".join([*lines, "send", ""]))


def pointers(address: str) -> list[str]:
    """Return the names of ``address``, without the last dot, as the name server has them.

    Raises:
        LabError: the address is not in the lab's zones, or BIND does not answer.
    """
    ask = ["dig", "+short", "+tries=1", f"@{plan.NS1.ipv4}", _owner(address), "PTR"]
    said = network.namespace_exec(plan.NETNS_OPERATOR, ask)
    return [line.rstrip(".") for line in said.splitlines()]
