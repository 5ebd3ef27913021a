"""Whatever text comes, each reader of `mail` returns, or raises the one error it is known for."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mail import address, dkim, dmarc, dmarc_check, exchanger, ip, txt
from mail.address import AddressError
from mail.alias import check as alias_check
from mail.alias import entry
from mail.alias.entry import DomainAddresses
from mail.finding import Finding, errors, render
from mail.spf import check as spf_check
from mail.spf import include, publish
from mail.spf.merge import merge
from mail.spf.record import SpfError

# Text that looks like what is meant reaches further than noise does.
NAMES = st.from_regex(r"[a-zA-Z0-9*_é.@:/%+~-]{0,30}", fullmatch=True)
WORDS = st.sampled_from(
    [
        *("v=spf1", "include:", "a/24//64", "%{i}", "redirect=", "-all", "mailto:", "DMARC1"),
        *("p=none", "xn--a", "203.0.113.10", "::1", "fe80::1%e", "k=rsa", "p=", " via "),
        *(";", "=", '"', "\\", "|", ",", "..", "@"),
    ]
)
ANY = st.text(max_size=60) | NAMES | st.lists(WORDS | NAMES, max_size=6).map("".join)


def whole(findings: list[Finding]) -> None:
    """Every finding is one that a person can be shown."""
    for one in findings:
        assert one.key and one.reason and one.cure and one.source, one  # noqa: PT018
    assert render(findings).count("cure: ") >= len(findings)


@given(ANY)
def test_spf_records(text: str) -> None:
    whole(spf_check.check(text, "k"))
    with contextlib.suppress(SpfError):
        merged = merge(f"v=spf1 {text}", ["_spf.example.com"])
        assert merge(merged, ["_spf.example.com"]) == merged
        assert "include:_spf.example.com" in merged.lower()


@given(st.lists(ANY, max_size=12), ANY)
def test_spf_includes(names: list[str], own: str) -> None:
    findings = include.check(names, "example.com", own, "k")
    whole(findings)
    if not findings:
        assert len(names) <= 8
        included = [address.dns_name(name) for name in names]
        assert errors(spf_check.check(publish.domain_record(included), "k")) == []


@given(ANY)
def test_dmarc_tags(text: str) -> None:
    whole(dmarc_check.check_tags(text, "k"))
    whole(dmarc_check.check_tags(f"v=DMARC1; {text}", "k"))


@given(st.lists(ANY, max_size=4), ANY, ANY, ANY)
def test_dmarc_policies(reports: list[str], policy: str, options: str, domain: str) -> None:
    wanted = dmarc.Policy(
        policy=policy, aggregate_reports=reports, failure_reports=reports, failure_options=options
    )
    findings = dmarc_check.check(wanted, domain, "k")
    whole(findings)
    if not errors(findings):
        assert dmarc_check.check_tags(dmarc.record(wanted), "k") == []


@pytest.mark.parametrize("policy", dmarc.DISPOSITIONS)
@given(
    st.lists(st.from_regex(r"[a-z0-9!;,%+é.-]{1,12}@[a-z]{1,9}\.test", fullmatch=True), max_size=3)
)
def test_dmarc_records_are_read_back(policy: str, reports: list[str]) -> None:
    wanted = dmarc.Policy(policy=policy, aggregate_reports=reports)
    if errors(dmarc_check.check(wanted, "example.com", "k")):
        return
    record = dmarc.record(wanted)
    assert dmarc.is_dmarc(record)
    assert dmarc_check.check_tags(record, "k") == []
    assert record.count(";") == (2 if reports else 1), "a report address split the record"


@given(ANY)
def test_txt_contents(text: str) -> None:
    with contextlib.suppress(ValueError):
        assert txt.unquote(txt.quote(txt.unquote(text))) == txt.unquote(text)
        assert txt.same(text, txt.quote(txt.unquote(text)))


@given(ANY)
def test_names(text: str) -> None:
    for check in (
        address.check_domain,
        address.check_dns_name,
        address.check_account,
        address.check_mailbox,
    ):
        whole(check(text, "k"))
    address.suggest(text, ["name", "host", text])
    assert address.is_below(text, text)


@given(ANY)
def test_what_passes_as_a_name_is_safe_in_a_line(text: str) -> None:
    for normalise in (address.domain, address.dns_name, address.mailbox, address.account):
        with contextlib.suppress(AddressError):
            found = normalise(text)
            assert found.isprintable()
            assert not set(found) & set(" \n\r\t\0\"'\\$`;|&<>(){}") or normalise in (
                address.mailbox,
                address.account,
            )
            assert not set(found) & set(' \n\r\t\0"\\<>():;,')


@given(ANY)
def test_aliases_entries(text: str) -> None:
    for normalise in (entry.name, entry.target):
        with contextlib.suppress(AddressError):
            assert normalise(normalise(text)) == normalise(text)
            assert "\n" not in normalise(text)


@given(
    st.lists(
        st.builds(
            lambda name, accounts, aliases: DomainAddresses(
                name=name, accounts=accounts, aliases=aliases
            ),
            st.sampled_from(["a.test", "b.test", "A.test", "bad", ""]),
            st.lists(ANY, max_size=3),
            st.dictionaries(
                ANY, st.lists(ANY | st.sampled_from(["x", "x@b.test", "*"]), max_size=3)
            ),
        ),
        max_size=3,
    )
)
def test_alias_books(domains: list[DomainAddresses]) -> None:
    findings = alias_check.check(domains)
    assert all(one.reason and one.cure and one.source for one in findings)
    if not errors(findings):
        for domain in domains:
            entry.expand(domain)


@given(ANY)
def test_addresses(text: str) -> None:
    for check in (ip.check_ipv4, ip.check_ipv6):
        findings = check(text, "host.ipv4")
        whole(findings)
        if not errors(findings):
            assert set(text) <= set("0123456789abcdefABCDEF.:")
    findings = ip.check_gateway("2001:db8::1", 64, text, "k")
    whole(findings)
    if not findings:
        assert set(text) <= set("0123456789abcdefABCDEF:.")


@given(st.lists(st.tuples(ANY, ANY, ANY), max_size=4))
def test_dkim_keys(keys: list[tuple[str, str, str]]) -> None:
    findings = dkim.check_keys(keys, "k")
    whole(findings)
    if not errors(findings):
        assert all(dkim.is_published(state) for _, _, state in keys)
        names = [dkim.record_name(selector, "example.com") for selector, _, _ in keys]
        assert [address.dns_name(name) for name in names] == names


@given(ANY)
def test_dkim_records_and_keys(text: str) -> None:
    dkim.rsa_bits(text)
    dkim.rsa_bits(f"v=DKIM1; p={text}")
    for read in (dkim.record, dkim.generate):
        with contextlib.suppress(ValueError):
            read(text)


@given(st.lists(ANY, max_size=5), st.none() | NAMES)
def test_exchangers(names: list[str], host: str | None) -> None:
    findings = exchanger.check(names, host, "k")
    whole(findings)
    assert findings or all(address.domain(name) for name in names)
