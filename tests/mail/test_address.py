"""Names and addresses: one normal form, or a reason and a cure."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mail import address, ip
from mail.address import AddressError


@pytest.mark.parametrize(
    ("value", "normal"),
    [
        ("example.com", "example.com"),
        ("Example.COM", "example.com"),
        ("münchen.example", "xn--mnchen-3ya.example"),
        ("MÜNCHEN.example", "xn--mnchen-3ya.example"),
        ("xn--mnchen-3ya.example", "xn--mnchen-3ya.example"),
        ("टपाल.भारत", "xn--h2bd3b2a.xn--h2brj9c"),
        ("a-b.c1.test", "a-b.c1.test"),
        (" example.com ", "example.com"),
    ],
)
def test_domain(value: str, normal: str) -> None:
    if value.startswith("टपाल"):
        normal = value.encode("idna").decode()
    assert address.domain(value) == normal
    assert address.domain(normal) == normal
    assert address.check_domain(value, "k") == []


@pytest.mark.parametrize(
    ("value", "cure"),
    [
        ("https://example.com/", "write 'example.com'"),
        ("smtp://example.com:25", "write 'example.com'"),
        ("example.com.", "write 'example.com'"),
        ("i@example.com", "write 'example.com'"),
        ("example", '"example.example.com"'),
        ("", '"example.com"'),
        ("203.0.113.10", "name instead of an IP address"),
        ("exa mple.com", "letters"),
        ("_spf.example.com", "without it"),
        ("-a.example.com", "letters"),
        ("a..example.com", "remove one"),
        ("*.example.com", "write the name itself: 'example.com'"),
        ("2001:db8::10", "name instead of an IP address"),
        ("[2001:db8::10]", "name instead of an IP address"),
        ("999.1.1.1", "name instead of an IP address"),
        ("xn--zzzzzzzzzzz-.com", "spelling"),
        ("xn--a.com", "spelling"),
        ("a" * 64 + ".com", "63"),
        (".".join(["a" * 60] * 5), "shorter"),
        ("exa\u202emple.com", "spelling"),
    ],
)
def test_domain_refused(value: str, cure: str) -> None:
    (finding,) = address.check_domain(value, "domains[0].name")
    assert cure in finding.cure
    assert finding.key == "domains[0].name"


def test_dns_name_allows_underscores() -> None:
    assert address.dns_name("_spf.Google.com") == "_spf.google.com"
    assert address.check_dns_name("_spf.google.com", "k") == []
    assert address.check_dns_name("-x.google.com", "k")


@pytest.mark.parametrize(
    ("value", "name"),
    [("i", "i"), ("News", "news"), ("a.b", "a.b"), ("x-y_z", "x-y_z"), ("Bób", "bób")],
)
def test_account(value: str, name: str) -> None:
    assert address.account(value) == name


@pytest.mark.parametrize(
    ("value", "rule"),
    [
        ("", "local-part"),
        ("a b", "local-part"),
        ("a:b", "local-part"),
        ("a,b", "local-part"),
        (".a", "local-part"),
        ("a..b", "local-part"),
        ('"a"', "local-part"),
        ("*", "local-part"),
        ("#a", "local-part"),
        ("|a", "local-part"),
        ("a\nb", "local-part"),
        ("a\u200bb", "local-part"),
        ("i@example.com", "account-with-domain"),
        ("a+b", "account-suffix"),
        ("a" * 65, "local-part-long"),
    ],
)
def test_account_refused(value: str, rule: str) -> None:
    (finding,) = address.check_account(value, "domains[0].accounts[1]")
    assert finding.id == rule
    assert finding.cure


def test_mailbox() -> None:
    assert address.mailbox("Me+x@Example.COM") == "me+x@example.com"
    for bad in ("me", "me@", "@x.test", "a@b@c.test", "me@x.test, you@x.test"):
        assert address.check_mailbox(bad, "k"), bad


@given(st.text(max_size=30))
def test_normal_forms_are_stable(value: str) -> None:
    for normalise in (address.domain, address.dns_name, address.account, address.mailbox):
        try:
            once = normalise(value)
        except AddressError as problem:
            assert problem.finding.cure  # noqa: PT017
        else:
            assert normalise(once) == once


@pytest.mark.parametrize(
    ("word", "near"),
    [("domian", "domains"), ("policy", "policy"), ("aggregateReport", "aggregateReports")],
)
def test_suggest(word: str, near: str) -> None:
    assert address.suggest(word, ["domains", "policy", "aggregateReports"]) == near
    assert address.suggest("zzz", ["domains"]) is None


def test_is_below() -> None:
    assert address.is_below("a.b.test", "b.test")
    assert address.is_below("b.test", "b.test")
    assert not address.is_below("ab.test", "b.test")


@pytest.mark.parametrize(
    ("value", "family", "expected"),
    [
        ("198.35.26.96", 4, []),
        ("2620:0:861:ed1a::1", 6, []),
        ("203.0.113.10", 4, ["ip-documentation"]),
        ("2001:db8:113::10", 6, ["ip-documentation"]),
        ("10.0.0.1", 4, ["ip-not-public"]),
        ("192.168.1.1", 4, ["ip-not-public"]),
        ("100.64.1.1", 4, ["ip-not-public"]),
        ("127.0.0.1", 4, ["ip-not-public"]),
        ("0.0.0.1", 4, ["ip-not-public"]),
        ("224.0.0.1", 4, ["ip-not-public"]),
        ("fe80::1", 6, ["ip-not-public"]),
        ("fd00::1", 6, ["ip-not-public"]),
        ("::1", 6, ["ip-not-public"]),
        ("2001:db8::1", 4, ["ip-family"]),
        ("203.0.113.10", 6, ["ip-family"]),
        ("203.0.113.10/24", 4, ["ip-unreadable"]),
        ("203.0.113", 4, ["ip-unreadable"]),
        ("smtp.example.com", 4, ["ip-unreadable"]),
        ("", 6, ["ip-unreadable"]),
    ],
)
def test_ip(value: str, family: int, expected: list[str]) -> None:
    check = ip.check_ipv4 if family == 4 else ip.check_ipv6
    findings = check(value, f"host.ipv{family}")
    assert [finding.id for finding in findings] == expected
    assert all(f.level == ("warning" if f.id == "ip-documentation" else "error") for f in findings)
