"""Forward-confirmed reverse DNS."""

import pytest

from mail import rdns
from tests.mail.fake_dns import Zone

HOST = "smtp.example.com"
GOOD = {
    ("10.113.0.203.in-addr.arpa", "PTR"): ["smtp.example.com."],
    (rdns.reverse_name("2001:db8::10"), "PTR"): ["SMTP.example.com."],
    (HOST, "A"): ["203.0.113.10"],
    (HOST, "AAAA"): ["2001:db8:0::10"],
}
ADDRESSES = {"host.ipv4": "203.0.113.10", "host.ipv6": "2001:db8::10"}


@pytest.mark.parametrize(("key", "address"), ADDRESSES.items())
def test_good(key: str, address: str) -> None:
    assert rdns.check(address, HOST, Zone(GOOD).values, key) == []


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({("10.113.0.203.in-addr.arpa", "PTR"): []}, ["rdns-missing"]),
        ({("10.113.0.203.in-addr.arpa", "PTR"): ["vmi1.provider.test."]}, ["rdns-other-name"]),
        (
            {("10.113.0.203.in-addr.arpa", "PTR"): ["smtp.example.com.", "b.test."]},
            ["rdns-other-name"],
        ),
        ({(HOST, "A"): []}, ["rdns-not-confirmed"]),
        ({(HOST, "A"): ["198.51.100.1"]}, ["rdns-not-confirmed"]),
        ({(HOST, "A"): ["203.0.113.10", "198.51.100.1"]}, ["rdns-not-confirmed"]),
    ],
)
def test_wrong(change: dict[tuple[str, str], list[str]], expected: list[str]) -> None:
    zone = Zone({**GOOD, **change})
    found = rdns.check("203.0.113.10", HOST, zone.values, "host.ipv4")
    assert [one.id for one in found] == expected
    assert found[0].level == "warning"
    assert found[0].key == "host.ipv4"
    assert "203.0.113.10" in found[0].cure
    assert HOST in found[0].cure
