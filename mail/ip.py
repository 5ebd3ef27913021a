"""The host's public addresses: of the right family, and reachable from the internet.

Addresses of documentation ranges (RFC 5737, RFC 3849) get a warning only, because labs use them.
"""

import ipaddress
from typing import Literal

from mail.finding import Finding
from mail.rule import Rule

_DOCUMENTATION = tuple(
    ipaddress.ip_network(net)
    for net in ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32", "3fff::/20")
)
_CGNAT = ipaddress.ip_network("100.64.0.0/10")
_SPECIAL = "RFC 6890 §2.2"

UNREADABLE = Rule(
    id="ip-unreadable",
    source=_SPECIAL,
    why="An address is written in the usual form, without a prefix length or a zone.",
    cure='write it like "203.0.113.10" or "2001:db8::10"',
)
FAMILY = Rule(
    id="ip-family",
    source=_SPECIAL,
    why="The IPv4 and the IPv6 address of a server are two settings.",
    cure="put each address under its own setting",
)
DOCUMENTATION = Rule(
    id="ip-documentation",
    source=_SPECIAL,
    level="warning",
    why="Addresses of the ranges kept for documentation exist in labs alone.",
    cure="nothing to do in a lab; else write the address that your provider shows",
)
NOT_PUBLIC = Rule(
    id="ip-not-public",
    source=_SPECIAL,
    why="Receivers must be able to connect to the server's address, and judge mail by it.",
    cure="write the public address that your provider shows",
)
GATEWAY = Rule(
    id="ipv6-gateway",
    source="RFC 4861 §5.2",
    why="The host must reach its gateway directly: in its own network, or at a link-local address.",
    cure="write the IPv6 gateway that the provider's panel shows, often fe80::1",
)


def is_documentation(value: str) -> bool:
    """Return whether ``value`` lies in a range kept for documentation and labs."""
    address = ipaddress.ip_address(value)
    return any(address in net for net in _DOCUMENTATION)


def check_ipv4(value: str, key: str) -> list[Finding]:
    """Return what keeps ``value`` from being the host's public IPv4 address."""
    return _check(value, key, 4)


def check_ipv6(value: str, key: str) -> list[Finding]:
    """Return what keeps ``value`` from being the host's public IPv6 address."""
    return _check(value, key, 6)


def check_gateway(address: str, prefix: int, gateway: str, key: str) -> list[Finding]:
    """Return what keeps ``gateway`` from being the way out for the host's IPv6 ``address``.

    The host must be able to reach it directly: it lies in the prefix, or is link-local.

    Args:
        address: A readable IPv6 address.
        prefix: Length of its prefix, 1 to 128.
        gateway: What is to be checked.
        key: Path of the gateway.
    """
    try:
        found = _read(gateway)
    except ValueError:
        return [_unreadable(gateway, key, 6)]
    if found.version != 6:
        return [GATEWAY.found(key, reason=f"{gateway} is an IPv4 address")]
    network = ipaddress.ip_network(f"{address}/{prefix}", strict=False)
    if found == ipaddress.ip_address(address):
        cure = "write the provider's router, often fe80::1"
        reason = f"{gateway} is the host's own address"
        return [GATEWAY.found(key, reason=reason, cure=cure)]
    if found not in network and not found.is_link_local:
        reason = f"{gateway} lies outside {network}, so the host cannot reach it"
        cure = "compare prefix and gateway with the provider's panel"
        return [GATEWAY.found(key, reason=reason, cure=cure)]
    return []


def _read(value: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    # Python reads a zone (fe80::1%eth0) too, which may hold anything, even line breaks.
    if "%" in value:
        raise ValueError(value)
    return ipaddress.ip_address(value)


def _check(value: str, key: str, version: Literal[4, 6]) -> list[Finding]:
    try:
        address = _read(value)
    except ValueError:
        return [_unreadable(value, key, version)]
    if address.version != version:
        other = key.replace(str(version), str(address.version))
        reason = f"{value} is an IPv{address.version} address"
        cure = f"put it under {other}, and the host's IPv{version} address here"
        return [FAMILY.found(key, reason=reason, cure=cure)]
    if is_documentation(value):
        reason = f"{value} is from a range kept for documentation"
        return [DOCUMENTATION.found(key, reason=reason)]
    mapped = address.version == 6 and address.ipv4_mapped is not None
    if not address.is_global or address.is_multicast or mapped:
        kind = "shared by the provider (CGNAT)" if address in _CGNAT else "not public"
        reason = f"{value} is {kind}: no receiver can connect to it, nor judge mail from it"
        cure = f"write the public IPv{version} address that your provider shows"
        return [NOT_PUBLIC.found(key, reason=reason, cure=cure)]
    return []


def _unreadable(value: str, key: str, version: int) -> Finding:
    bare, slash, _ = value.partition("/")
    bare, zone, _ = bare.partition("%")
    example = "203.0.113.10" if version == 4 else "2001:db8::10"
    if zone:
        cure = f"write {bare!r}, without what follows the %"
    elif slash:
        cure = f"write {bare!r}; the prefix length is a setting of its own"
    else:
        cure = f'write it like "{example}"'
    return UNREADABLE.found(key, reason=f"{value!r} is not an IPv{version} address", cure=cure)
