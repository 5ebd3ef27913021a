"""An MX target in the DNS: a name of its own, with an address."""

import pytest

from mail import exchanger
from tests.mail.fake_dns import Zone

NAME = "mx.example.net"


@pytest.mark.parametrize(
    ("records", "rules"),
    [
        ({(NAME, "A"): ["203.0.113.7"]}, []),
        ({(NAME, "AAAA"): ["2001:db8::7"]}, []),
        ({}, ["mx-no-address"]),
        ({(NAME, "TXT"): ["a text"]}, ["mx-no-address"]),
        ({(NAME, "CNAME"): ["a.example.net"], ("a.example.net", "A"): ["203.0.113.7"]},
         ["mx-cname"]),
        ({(NAME, "CNAME"): ["a.example.net"], (NAME, "A"): ["203.0.113.7"]}, ["mx-cname"]),
    ],
)  # fmt: skip
def test_target(records: dict[tuple[str, str], list[str]], rules: list[str]) -> None:
    found = exchanger.look_up(NAME, Zone(records).values, "mx[0].host")
    assert [one.id for one in found] == rules
    assert all(one.key == "mx[0].host" and NAME in one.reason for one in found)


def test_the_cure_of_a_cname_is_what_it_stands_for() -> None:
    zone = Zone({(NAME, "CNAME"): ["a.example.net"]})
    (found,) = exchanger.look_up(NAME, zone.values, "mx[0].host")
    assert found.cure == "write the name that it stands for: a.example.net"
    assert "RFC 2181" in found.source
