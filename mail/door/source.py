"""Whom connections are counted for: an IPv4 address, or the /64 network of an IPv6 address."""

import ipaddress

PREFIX = 64  # bits of an IPv6 address that are one customer's


def of(address: str) -> "str | None":
    """Return the source that ``address`` belongs to, as text; None if it is not an address.

    An IPv4 address is its own source. Of an IPv6 address, it is the network's first address, as
    nftables' rules compute it (RFC 5952 spelling). An IPv4 address in IPv6 form counts as IPv4.
    """
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return None
    if found.version == 4:
        return str(found)
    if found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    return str(ipaddress.ip_network((int(found), PREFIX), strict=False).network_address)


def shown(source: str) -> str:
    """Return a source as a person reads it: an IPv6 one with its ``/64``."""
    return f"{source}/{PREFIX}" if ":" in source else source


def overlaps(source: str, network: str) -> bool:
    """Return whether a source has an address in ``network`` (an address or a network, as text).

    Raises:
        ValueError: ``network`` is neither.
    """
    whole = ipaddress.ip_network(network, strict=False)
    own = ipaddress.ip_network(shown(source))
    return whole.version == own.version and whole.overlaps(own)
