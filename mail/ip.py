"""The host's public addresses: right family, and reachable from the internet.

Documentation ranges (RFC 5737, RFC 3849) pass with an advice: labs are built from them.
"""

import ipaddress
from typing import Literal

from mail.finding import Finding

_DOCUMENTATION = tuple(
    ipaddress.ip_network(net)
    for net in ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32", "3fff::/20")
)
_CGNAT = ipaddress.ip_network("100.64.0.0/10")


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


def _check(value: str, key: str, version: Literal[4, 6]) -> list[Finding]:
    try:
        address = ipaddress.ip_address(value)
    except ValueError:
        return [_unreadable(value, key, version)]
    if address.version != version:
        other = key.replace(str(version), str(address.version))
        reason = f"{value} is an IPv{address.version} address"
        cure = f"put it under {other}, and the host's IPv{version} address here"
        return [_finding("ip-family", key, reason, cure)]
    if is_documentation(value):
        reason = f"{value} is from a range kept for documentation"
        cure = "nothing to do in a lab; else write the address that your provider shows"
        return [_finding("ip-documentation", key, reason, cure, "advice")]
    if not address.is_global or address.is_multicast:
        kind = "shared by the provider (CGNAT)" if address in _CGNAT else "not public"
        reason = f"{value} is {kind}: no receiver can connect to it, nor judge mail from it"
        cure = f"write the public IPv{version} address that your provider shows"
        return [_finding("ip-not-public", key, reason, cure)]
    return []


def _unreadable(value: str, key: str, version: int) -> Finding:
    bare, slash, _ = value.partition("/")
    example = "203.0.113.10" if version == 4 else "2001:db8::10"
    cure = (
        f"write {bare!r}; the prefix length is a setting of its own"
        if slash
        else (f'write it like "{example}"')
    )
    return _finding("ip-unreadable", key, f"{value!r} is no IPv{version} address", cure)


def _finding(
    name: str, key: str, reason: str, cure: str, level: Literal["error", "advice"] = "error"
) -> Finding:
    return Finding(id=name, key=key, reason=reason, cure=cure, source="RFC 6890 §2.2", level=level)
