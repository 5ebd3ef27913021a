"""The firewall's rules: what they let in and out."""

import re
from typing import Any

from tests.components.example import STACK, declare, declared, stack


def rules(**host: object) -> str:
    data = stack(host={**STACK["host"], **host})
    text: str = declare(data).file("/etc/tapal/firewall.nft").inputs["content"]
    return text


def leaving(text: str) -> dict[str, list[int]]:
    """Return the ports that may leave, by protocol."""
    output = text[text.index("chain output") :]
    found = re.findall(r"^ *(tcp|udp) dport \{ ([0-9, ]+) \} accept$", output, re.MULTILINE)
    return {protocol: [int(one) for one in ports.split(",")] for protocol, ports in found}


def test_by_default_what_a_mail_server_needs_leaves() -> None:
    text = declared().file("/etc/tapal/firewall.nft").inputs["content"]
    assert leaving(text) == {"tcp": [25, 53, 80, 443], "udp": [53, 123]}


def test_what_the_stack_opens_leaves_too() -> None:
    text = rules(openOutgoing=[22, "udp/51820", "TCP/2525", 443])
    assert leaving(text) == {"tcp": [22, 25, 53, 80, 443, 2525], "udp": [53, 123, 51820]}


def entering(text: str) -> dict[str, list[int]]:
    """Return the ports that may be reached, by protocol; not those that have a chain of theirs."""
    chain = text[text.index("chain input") : text.index("chain mail")]
    found = re.findall(r"^ *(tcp|udp) dport \{ ([0-9, ]+) \} accept$", chain, re.MULTILINE)
    return {protocol: [int(one) for one in ports.split(",")] for protocol, ports in found}


def test_by_default_ssh_mail_and_the_certificate_authority_come_in() -> None:
    text = declared().file("/etc/tapal/firewall.nft").inputs["content"]
    assert entering(text) == {"tcp": [25, 80, 465, 587, 2222]}


def test_what_the_stack_opens_comes_in_too() -> None:
    text = rules(openPorts=["8443/tcp", "51820/udp", 443])
    assert entering(text) == {"tcp": [25, 80, 443, 465, 587, 2222, 8443], "udp": [51820]}


def test_the_ports_of_its_urls_need_not_be_said_again() -> None:
    data: dict[str, Any] = stack(
        host={**STACK["host"], "aptMirror": "http://mirror.test:8081/debian"},
        acme={"email": "me@elsewhere.test", "directory": "https://ca.test:14000/dir"},
        server={"debianMirror": "https://[2001:db8::5]:8443/debian"},
    )
    text = declare(data).file("/etc/tapal/firewall.nft").inputs["content"]
    assert leaving(text)["tcp"] == [25, 53, 80, 443, 8081, 8443, 14000]


def test_ssh_is_never_among_what_a_blocked_address_loses() -> None:
    text = declared().file("/etc/tapal/firewall.nft").inputs["content"]
    about = [line for line in text.splitlines() if "@blocked" in line]
    assert len(about) == 4
    assert all("{ 25, 465, 587 }" in line and line.endswith(" drop") for line in about)


def test_what_is_dropped_for_being_blocked_comes_before_what_is_established() -> None:
    text = declared().file("/etc/tapal/firewall.nft").inputs["content"]
    for chain in text.split("chain ")[1:]:
        if "@blocked" in chain:
            assert chain.rindex("@blocked") < chain.index("established,related accept")
