"""The ports that the server serves and connects to."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mail import ports


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("22", ("tcp", 22)),
        ("tcp/22", ("tcp", 22)),
        ("UDP/51820", ("udp", 51820)),
        ("51820/udp", ("udp", 51820)),
        ("8443/TCP", ("tcp", 8443)),
        (" 65535 ", ("tcp", 65535)),
    ],
)
def test_what_is_a_port(text: str, found: ports.Port) -> None:
    assert ports.read(text) == found


@given(st.text())
def test_whatever_it_is_it_is_a_port_or_none(text: str) -> None:
    """What goes into the firewall's rules is a number and one of two words."""
    try:
        protocol, port = ports.read(text)
    except ports.PortError:
        return
    assert protocol in ("tcp", "udp")
    assert 1 <= port <= 65535


@pytest.mark.parametrize(
    "text", ["0", "65536", "99999", "22-30", "ssh", "", "udp", "²²", "٢٢", "tcp/22/tcp"]
)
def test_what_is_none(text: str) -> None:
    with pytest.raises(ports.PortError, match="not a port"):
        ports.read(text)


def test_the_ports_that_are_open() -> None:
    assert ports.entering([], 22) == [("tcp", one) for one in (22, 25, 80, 465, 587)]
    opened = ports.entering(["8443/tcp", "51820/udp", "25"], 2222)
    assert set(opened) - set(ports.entering([], 2222)) == {("tcp", 8443), ("udp", 51820)}


def test_the_ports_of_urls() -> None:
    urls = ("https://ca.test/dir", "http://a.test:8081/x", "http://[2001:db8::1]/", None)
    assert set(ports.leaving([], urls)) - set(ports.NEEDED) == {("tcp", 8081)}
