"""Checks what else may come in and leave (``host.openPorts``, ``openOutgoing``), who is spared."""

import ipaddress

from mail import ports
from mail.finding import Finding
from mail.rule import Rule
from settings.settings import Host
from settings.stack_file import SOURCE

WIDEST = {4: 8, 6: 19}  # the largest networks that one provider was given

OPEN_PORTS = Rule(
    id="open-ports",
    source=SOURCE,
    why="Each entry lets the internet reach one port, TCP or UDP, of something else on the server.",
    cure='write a number from 1 to 65535 for TCP, or one like "51820/udp"',
)
OPEN_OUTGOING = Rule(
    id="open-outgoing",
    source=SOURCE,
    why="Each entry opens one port, TCP or UDP, for what the server itself connects to.",
    cure='write a number from 1 to 65535 for TCP, or one like "udp/51820"',
)
NEVER_BLOCK = Rule(
    id="never-block",
    source=SOURCE,
    why="Who is named there may try any number of passwords.",
    cure='write an address, or a network like "203.0.113.0/24"',
)


def check(host: Host) -> list[Finding]:
    """Return what is wrong with the three lists of ``host``."""
    findings: list[Finding] = []
    for index, one in enumerate(host.open_ports):
        findings += _port(one, f"host.openPorts[{index}]", OPEN_PORTS)
    for index, one in enumerate(host.open_outgoing):
        findings += _port(one, f"host.openOutgoing[{index}]", OPEN_OUTGOING)
    for index, one in enumerate(host.never_block):
        findings += _network(one, f"host.neverBlock[{index}]")
    return findings


def _port(value: str, key: str, rule: Rule) -> list[Finding]:
    try:
        ports.read(value)
    except ports.PortError as error:
        return [rule.found(key, reason=str(error))]
    return []


def _network(value: str, key: str) -> list[Finding]:
    try:
        network = ipaddress.ip_network(value)
    except ValueError as error:
        return [NEVER_BLOCK.found(key, reason=_why(value, error))]
    if network.prefixlen < WIDEST[network.version]:
        reason = f"{value} is a large part of the internet"
        return [NEVER_BLOCK.found(key, reason=reason, cure="name the networks that you know")]
    return []


def _why(value: str, error: ValueError) -> str:
    if str(error).endswith("has host bits set"):
        whole = ipaddress.ip_network(value, strict=False)
        return f"{value} is an address within the network {whole}: which of the two is meant?"
    return f"{value!r} is neither an IP address nor a network"
