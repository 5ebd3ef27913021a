"""What the door says to a person, and how somebody is let in."""

import json
import syslog
import time
from typing import Any

import pytest

from mail.door import firewall, status
from mail.door.firewall import FirewallError

LISTED: dict[str, list[Any]] = {
    "blocked4": [
        {"elem": {"val": "203.0.113.9", "timeout": 3600, "expires": 60}},
        "198.51.100.1",  # without an end, by somebody's hand
    ],
    "blocked6": [{"elem": {"val": "2001:db8:5::", "timeout": 3600, "expires": 120}}],
    "refused": [{"elem": {"val": {"concat": ["tcp", 22]}, "counter": {"packets": 3, "bytes": 9}}}],
}


class Nft:
    """Stands for the program; what is freed leaves the set."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.gone: list[str] = []
        self.logged: list[str] = []
        monkeypatch.setattr(firewall, "_nft", self)
        monkeypatch.setattr(syslog, "openlog", lambda _name: None)
        monkeypatch.setattr(syslog, "syslog", self.logged.append)
        monkeypatch.setattr(status, "PATIENCE", 0.2)

    def __call__(self, *arguments: str, stdin: str = "") -> str:
        """Do as nft does."""
        if arguments[0] == "-f":
            self.gone += [line.split()[-2] for line in stdin.splitlines() if "delete" in line]
            return ""
        name = arguments[-1]
        elements = [one for one in LISTED[name] if not any(g in str(one) for g in self.gone)]
        return json.dumps(
            {"nftables": [{"metainfo": {}}, {"set": {"name": name, "elem": elements}}]}
        )


@pytest.fixture
def nft(monkeypatch: pytest.MonkeyPatch) -> Nft:
    return Nft(monkeypatch)


@pytest.mark.usefixtures("nft")
def test_what_it_finds() -> None:
    assert status.found(0.0) == {
        "blocked": [
            {"address": "203.0.113.9", "until": "1970-01-01T00:01:00Z"},
            {"address": "198.51.100.1", "until": "never"},
            {"address": "2001:db8:5::/64", "until": "1970-01-01T00:02:00Z"},
        ],
        "refusedToLeave": [{"protocol": "tcp", "port": 22, "packets": 3}],
    }


@pytest.mark.parametrize("address", ["2001:db8:5::77", "2001:db8:5::/64", "2001:db8:5::"])
def test_without_a_follower_it_lets_in_itself(nft: Nft, address: str) -> None:
    assert status.free(address) == "2001:db8:5::/64 is let in again"
    assert nft.logged == ["free 2001:db8:5::"], "which the follower reads when it runs again"
    assert nft.gone == ["2001:db8:5::"]


def test_who_was_not_blocked_is_freed_of_his_failures(nft: Nft) -> None:
    start = time.monotonic()
    assert status.free("203.0.113.77") == "203.0.113.77 was not blocked"
    assert nft.logged == ["free 203.0.113.77"]
    assert nft.gone == []
    assert time.monotonic() - start < 0.1


def test_what_is_no_address_is_said(nft: Nft) -> None:
    with pytest.raises(SystemExit, match="'office' is not an IP address"):
        status.main(["--free", "office"])
    assert nft.logged == []


def test_without_a_firewall_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: str, stdin: str = "") -> str:
        raise FirewallError(f"No such file or directory{stdin}")

    monkeypatch.setattr(firewall, "_nft", fail)
    with pytest.raises(SystemExit, match="No such file"):
        status.main([])
