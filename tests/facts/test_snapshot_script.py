"""What snapshot.sh shares with the steps on the host."""

import re

from components.host.step import scripts
from facts.snapshot import SCRIPT


def fingerprint(text: str) -> list[str]:
    """Return how a script tells the firewall's rules by a digest."""
    found: list[str] = re.findall(r"tr -s .*? \| cut -c1-64", text)
    return [re.sub(r"<<<\S+ ", "", one) for one in found]


def test_the_firewall_is_known_by_the_same_in_both() -> None:
    read, written = fingerprint(SCRIPT), fingerprint(scripts()["firewall"])
    assert len(read) == len(written) == 1
    assert read == written


def test_the_rules_of_ufw_are_read_alike_in_both() -> None:
    start = re.compile(r"\^### tuple ### .*?\.\*in\.\*")
    read = start.findall(SCRIPT)
    assert read
    assert read == start.findall(scripts()["other-firewalls"])
