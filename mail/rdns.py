"""Forward-confirmed reverse DNS: address → PTR → the host's name → the same address.

Receivers compare it with HELO (RFC 8601 §3, ``iprev``; RFC 1912 §2.1); Gmail and others refuse
mail without it. Most providers keep the PTR in their panel, so all that can be done here is to
say exactly what to set there.
"""

import ipaddress

from mail.finding import Finding, Level
from mail.resolve import Resolve

_SOURCE = "RFC 8601 §3, RFC 1912 §2.1"


def reverse_name(address: str) -> str:
    """Return the name whose PTR record belongs to ``address``."""
    return ipaddress.ip_address(address).reverse_pointer


def check(
    address: str, host: str, resolve: Resolve, key: str, *, level: Level = "error"
) -> list[Finding]:
    """Return what is wrong with the reverse DNS of ``address``.

    Args:
        address: One of the host's public addresses.
        host: Its name: HELO, MX and certificate.
        resolve: How to ask the DNS for PTR, A and AAAA.
        key: The setting that ``address`` comes from.
        level: How much a wrong PTR matters now.
    """
    wanted = host.lower().rstrip(".")
    names = {name.lower().rstrip(".") for name in resolve(reverse_name(address), "PTR")}
    cure = f"in your provider's panel set the reverse DNS (PTR) of {address} to {host}"
    findings: list[Finding] = []
    if not names:
        reason = f"{address} has no PTR record"
        findings.append(_finding("rdns-missing", key, reason, cure, level))
    elif names != {wanted}:
        shown = " and ".join(sorted(names))
        reason = f"the PTR of {address} is {shown}, while the server calls itself {host}"
        findings.append(_finding("rdns-other-name", key, reason, cure, level))
    return findings + _check_forward(address, host, resolve, key, level)


def _check_forward(
    address: str, host: str, resolve: Resolve, key: str, level: Level
) -> list[Finding]:
    own = ipaddress.ip_address(address)
    kind = "A" if own.version == 4 else "AAAA"
    known = {ipaddress.ip_address(value) for value in resolve(host, kind)}
    if known == {own}:
        return []
    shown = " and ".join(sorted(map(str, known))) or "nothing"
    reason = f"the {kind} record of {host} gives {shown} instead of {address}"
    cure = f"run `pulumi up`, which sets {host} {kind} {address}; a proxied record must not stand"
    return [_finding("rdns-not-confirmed", key, reason, cure, level)]


def _finding(rule: str, key: str, reason: str, cure: str, level: Level) -> Finding:
    return Finding(id=rule, key=key, reason=reason, cure=cure, source=_SOURCE, level=level)
