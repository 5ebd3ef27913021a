"""What is found in the DNS of a domain before anything is set up for it."""

from collections.abc import Mapping, Sequence

import pytest

from mail.resolve import UnansweredError
from tools.new_stack import present_dns
from tools.new_stack.present_dns import PresentDns

GOOGLE = {
    "example.com SOA": ["ada.ns.cloudflare.com dns.cloudflare.com 1 2 3 4 5"],
    "example.com NS": ["ada.ns.cloudflare.com", "bob.ns.cloudflare.com"],
    "shop.example.com MX": ["aspmx.l.google.com", "alt1.aspmx.l.google.com"],
    "shop.example.com TXT": ["x=y", "v=spf1 include:_spf.google.com include:Sent.Example. ~all"],
    "_dmarc.shop.example.com TXT": ["v=DMARC1; p=none"],
}


def look(name: str, records: Mapping[str, Sequence[str]]) -> PresentDns:
    return present_dns.look(name, lambda name, kind: records.get(f"{name} {kind}", []))


def test_everything_of_a_domain_in_use() -> None:
    found = look("shop.example.com", GOOGLE)
    assert (found.zone, found.is_at_cloudflare) == ("example.com", True)
    assert found.mx == ["aspmx.l.google.com", "alt1.aspmx.l.google.com"]
    assert found.includes == ["_spf.google.com", "sent.example"]
    assert found.dmarc == "v=DMARC1; p=none"


@pytest.mark.parametrize(
    "records",
    [{}, {"a.example MX": ["."]}, {"a.example MX": [""]}, {"a.example TXT": ["v=spf1 inc lude:x"]}],
)
def test_nothing_is_made_of_nothing(records: Mapping[str, Sequence[str]]) -> None:
    found = look("a.example", records)
    assert (found.zone, list(found.mx), list(found.includes)) == ("", [], [])


def test_a_silent_dns_says_nothing() -> None:
    def silent(_name: str, _kind: str) -> Sequence[str]:
        raise UnansweredError("no answer in time")

    assert present_dns.look("a.example", silent) == PresentDns(unanswered="no answer in time")
