"""Forward-confirmed reverse DNS: address → PTR → the host's name → the same address.

Receivers compare it with HELO (RFC 8601 §3, ``iprev``; RFC 1912 §2.1); Gmail and others refuse
mail without it. Most providers keep the PTR in their panel, so all that can be done here is to
say exactly what to set there.
"""

import ipaddress

from mail.finding import Finding
from mail.resolve import Resolve
from mail.rule import Rule

_SOURCE = "RFC 8601 §3, RFC 1912 §2.1"
_PANEL = "in your provider's panel set the reverse DNS (PTR) of the address to the server's name"

MISSING = Rule(
    id="rdns-missing",
    source=_SOURCE,
    level="warning",
    why="Many receivers refuse mail from an address that has no reverse DNS.",
    cure=_PANEL,
)
OTHER_NAME = Rule(
    id="rdns-other-name",
    source=_SOURCE,
    level="warning",
    why="Receivers compare the reverse DNS of an address with the name that the server gives "
    "itself.",
    cure=_PANEL,
)
NOT_CONFIRMED = Rule(
    id="rdns-not-confirmed",
    source=_SOURCE,
    level="warning",
    why="Reverse DNS counts only if the name that it gives leads back to the same address.",
    cure="run `pulumi up`, which publishes the address of the server's name",
)


def reverse_name(address: str) -> str:
    """Return the name whose PTR record belongs to ``address``."""
    return ipaddress.ip_address(address).reverse_pointer


def check(address: str, host: str, resolve: Resolve, key: str) -> list[Finding]:
    """Return what is wrong with the reverse DNS of ``address``.

    Args:
        address: One of the host's public addresses.
        host: Its name: HELO, MX and certificate.
        resolve: How to ask the DNS for PTR, A and AAAA.
        key: The setting that ``address`` comes from.
    """
    wanted = host.lower().rstrip(".")
    names = {name.lower().rstrip(".") for name in resolve(reverse_name(address), "PTR")}
    cure = f"in your provider's panel set the reverse DNS (PTR) of {address} to {host}"
    findings: list[Finding] = []
    if not names:
        reason = f"{address} has no PTR record"
        findings.append(MISSING.found(key, reason=reason, cure=cure))
    elif names != {wanted}:
        shown = " and ".join(sorted(names))
        reason = f"the PTR of {address} is {shown}, while the server calls itself {host}"
        findings.append(OTHER_NAME.found(key, reason=reason, cure=cure))
    return findings + _check_forward(address, host, resolve, key)


def _check_forward(address: str, host: str, resolve: Resolve, key: str) -> list[Finding]:
    own = ipaddress.ip_address(address)
    kind = "A" if own.version == 4 else "AAAA"
    known = {ipaddress.ip_address(value) for value in resolve(host, kind)}
    if known == {own}:
        return []
    shown = " and ".join(sorted(map(str, known))) or "nothing"
    reason = f"the {kind} record of {host} gives {shown} instead of {address}"
    cure = f"run `pulumi up`, which sets {host} {kind} {address}; a proxied record must not stand"
    return [NOT_CONFIRMED.found(key, reason=reason, cure=cure)]
