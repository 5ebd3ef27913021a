"""The way out over IPv6: within reach, and another machine."""

import pytest

from mail import ip


@pytest.mark.parametrize(
    ("address", "prefix", "gateway", "words"),
    [
        ("2001:db8::10", 64, "fe80::1", ""),
        ("2001:db8::10", 64, "2001:db8::1", ""),
        ("2001:db8::10", 48, "2001:db8:0:ffff::1", ""),
        ("2001:db8::10", 128, "fe80::1", ""),
        ("2001:db8::10", 128, "2001:db8::1", "outside 2001:db8::10/128"),
        ("2001:db8::10", 64, "2001:db8:0:1::1", "outside 2001:db8::/64"),
        ("2001:db8::10", 64, "2001:DB8::0010", "own address"),
        ("2001:db8::10", 64, "203.0.113.1", "an IPv4 address"),
        ("2001:db8::10", 64, "fe80::1%eth0", "not an IPv6 address"),
        ("2001:db8::10", 64, "fe80::1/64", "not an IPv6 address"),
        ("2001:db8::10", 64, "router", "not an IPv6 address"),
    ],
)
def test_gateway(address: str, prefix: int, gateway: str, words: str) -> None:
    found = ip.check_gateway(address, prefix, gateway, "k")
    assert [words in one.reason for one in found] == ([True] if words else [])


@pytest.mark.parametrize("value", ["2a00::1%eth0", "2a00::1%x\ny=z", "::ffff:8.8.8.8", "fe80::1"])
def test_no_address_of_a_host(value: str) -> None:
    [found] = ip.check_ipv6(value, "host.ipv6")
    assert found.level == "error"
