"""A host's IPv6 as it says itself: in use, written down, or not there."""

import subprocess

import pytest

from facts import uplink
from facts.uplink import Uplink

ON = "address\t2: eth0    inet6"
ETH0 = f"{ON} 2001:db8:1::10/64 scope global \\       valid_lft forever"
SLAAC = f"{ON} 2001:db8:1::aa/64 scope global dynamic mngtmpaddr \\  valid_lft"
TEMPORARY = (
    "address\t2: eth0    inet6 2001:db8:1::bb/64 scope global temporary dynamic \\  valid_lft"
)
PRIVATE = f"{ON} fd00::1/64 scope global \\       valid_lft forever"
ROUTE = "route\tdefault via fe80::1 dev eth0 proto static metric 1024 pref medium"
NETPLAN = [
    "file\t            - 203.0.113.10/24",
    "file\t            - 2001:db8:2::5/64",
    "file\t                via: fe80::1",
]
IFUPDOWN = [
    "file\t    address 2001:db8:3::7",
    "file\t    netmask 255.255.255.0",
    "file\t    netmask 48",
    "file\t    gateway 2001:db8:3::1",
]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([], Uplink()),
        (
            [PRIVATE, TEMPORARY, SLAAC, ETH0, ROUTE],
            Uplink(address="2001:db8:1::10", prefix=64, gateway="fe80::1", is_up=True),
        ),
        (
            [SLAAC, ROUTE],
            Uplink(address="2001:db8:1::aa", prefix=64, gateway="fe80::1", is_up=True),
        ),
        ([ETH0], Uplink(address="2001:db8:1::10", prefix=64)),
        (NETPLAN, Uplink(address="2001:db8:2::5", prefix=64, gateway="fe80::1")),
        (IFUPDOWN, Uplink(address="2001:db8:3::7", prefix=48, gateway="2001:db8:3::1")),
        ([PRIVATE], Uplink()),
        (["file\t a: b:c:d", "file\t ::1 ff02::1 fe80::5/64"], Uplink()),
    ],
)
def test_what_is_found(lines: list[str], expected: Uplink) -> None:
    assert uplink.parse("\n".join([*lines, "uplink\tend"])) == expected


def test_what_is_not_whole_is_no_answer() -> None:
    assert uplink.parse("Please login as the user ubuntu\n") is None
    assert uplink.parse(ETH0) is None


def test_the_script_changes_nothing_and_ends() -> None:
    done = subprocess.run(uplink.command(), capture_output=True, text=True, timeout=20, check=True)
    assert uplink.parse(done.stdout) is not None
    assert done.stderr == ""
