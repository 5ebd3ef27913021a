"""What the DNS says against a stack's settings; what is planned is judged as it will be."""

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import components.plan
from components.load import Stack
from components.plan import Plan
from components.preflight import dns_checks, planning
from mail import rdns
from mail.finding import Finding
from mail.resolve import UnansweredError
from mail.zone.record import Listing
from settings.check import Checked, check_config
from settings.ssh_target import SshTarget
from tests.components.example import STACK, stack
from tests.mail.fake_dns import Zone

POINTERS = {
    (rdns.reverse_name("198.51.100.7"), "PTR"): ["smtp.example.com"],
    (rdns.reverse_name("2001:db8::7"), "PTR"): ["smtp.example.com"],
}
SPF_OF_GOOGLE = {("_spf.google.com", "TXT"): ["v=spf1 ip4:203.0.113.0/24 ~all"]}
Records = dict[tuple[str, str], list[str]]


def read(domain: dict[str, Any] | None = None) -> Checked:
    """Return a stack with one domain, example.com, as the program reads it."""
    domains = [{"name": "example.com", **(domain or {})}]
    return check_config({f"tapal:{k}": v for k, v in stack(domains=domains).items()})


def planned(checked: Checked) -> Plan:
    """Return the plan of a stack in whose zones nothing is."""
    assert checked.settings is not None
    assert checked.host is not None
    target = SshTarget(address=checked.host.ipv4, host_key=checked.host.ssh.host_key)
    stack = Stack(
        settings=checked.settings, host=checked.host, ssh_target=target, passwords=lambda _: None
    )
    names = [one.dns_zone for one in checked.settings.domains]
    names.append(checked.settings.host_zone(checked.host))
    zones = {
        name: components.plan.Zone(name=name, id=name, listing=Listing(zone=name, stack="test"))
        for name in names
    }
    return planning.plan(stack, zones)


def ask(checked: Checked, zone: Zone) -> list[Finding]:
    """Return what ``zone`` says to a stack."""
    return dns_checks.check(planned(checked), zone.values)


def findings(domain: dict[str, Any], records: Records) -> list[Finding]:
    """Return what is found of a stack with one domain where the DNS holds ``records``."""
    return ask(read(domain), Zone({**POINTERS, **SPF_OF_GOOGLE, **records}))


def test_a_first_up_is_judged_as_it_will_be() -> None:
    zone = Zone({**POINTERS, **SPF_OF_GOOGLE})
    assert ask(read({"spf": {"include": ["_spf.google.com"]}}), zone) == []
    ours = ("smtp.example.com", "_spf.example.com", "example.com")
    assert [name for name, _ in zone.asked if name in ours] == []


def test_the_hosts_name_is_what_it_will_be() -> None:
    old = {("smtp.example.com", "CNAME"): ["old.example.com"]}
    assert findings({"mx": ["smtp.example.com"]}, old) == []


def test_a_chain_of_includes_that_is_too_long() -> None:
    chain: Records = {
        (f"_{n}.chain.test", "TXT"): [f"v=spf1 include:_{n + 1}.chain.test ~all"] for n in range(9)
    }
    chain["_9.chain.test", "TXT"] = ["v=spf1 ip4:203.0.113.0/24 ~all"]
    domain = {"spf": {"include": ["_0.chain.test"]}}
    (found,) = findings(domain, chain)
    assert (found.id, found.key, found.level) == (
        "spf-too-many-lookups", "domains[0].spf", "error",
    )  # fmt: skip
    assert "SPF needs 12 DNS look-ups, and receivers stop after 10" in found.reason
    chain["_7.chain.test", "TXT"] = ["v=spf1 ip4:203.0.113.0/24 ~all"]
    assert findings(domain, chain) == []


@pytest.mark.parametrize(
    ("name", "records", "rule"),
    [
        ("none.test", {}, "spf-include-none"),
        ("none.test", {("none.test", "TXT"): ["another text"]}, "spf-include-none"),
        ("broken.test", {("broken.test", "TXT"): ["v=spf1 ip9:1.2.3.4 ~all"]},
         "spf-include-broken"),
        ("two.test", {("two.test", "TXT"): ["v=spf1 ~all", "v=spf1 -all"]}, "spf-two-records"),
        ("loop.test", {("loop.test", "TXT"): ["v=spf1 include:loop.test ~all"]}, "spf-loop"),
        ("void.test",
         {("void.test", "TXT"): ["v=spf1 a:1.void.test a:2.void.test a:3.void.test ~all"]},
         "spf-too-many-void-lookups"),
    ],
)  # fmt: skip
def test_an_include_that_receivers_refuse(name: str, records: Records, rule: str) -> None:
    (found,) = findings({"spf": {"include": [name]}}, records)
    assert (found.id, found.key, found.level) == (rule, "domains[0].spf", "error")


@pytest.mark.parametrize(
    ("records", "rules"),
    [
        ({("mx.other.test", "A"): ["203.0.113.9"]}, []),
        ({("mx.other.test", "CNAME"): ["a.other.test"]}, ["mx-cname"]),
        ({}, ["mx-no-address"]),
    ],
)
def test_mx_targets(records: Records, rules: list[str]) -> None:
    found = findings({"mx": ["smtp.example.com", "mx.other.test"]}, records)
    assert [one.id for one in found] == rules
    assert all(one.key == "domains[0].mx[1].host" for one in found)


def test_consent_to_reports_is_said_only_where_it_is_missing() -> None:
    domain = {"dmarc": {"aggregateReports": ["d@yes.test", "d@no.test", "d@example.com"]}}
    yes = {("example.com._report._dmarc.yes.test", "TXT"): ["v=DMARC1;"]}
    (found,) = findings(domain, yes)
    assert (found.key, found.level) == ("domains[0].dmarc", "warning")
    assert 'example.com._report._dmarc.no.test TXT "v=DMARC1;"' in found.cure


def test_a_pointer_that_is_not_the_host_is_an_advice() -> None:
    other = {(rdns.reverse_name("198.51.100.7"), "PTR"): ["vmi1.provider.test"]}
    (found,) = findings({}, other)
    assert (found.id, found.key, found.level) == ("rdns-other-name", "host.ipv4", "warning")
    assert "set the reverse DNS (PTR) of 198.51.100.7 to smtp.example.com" in found.cure


def test_of_another_stacks_host_the_pointer_is_that_stacks_business() -> None:
    checked = check_config(
        {"tapal:hostStack": "other", "tapal:domains": [{"name": "example.net"}]},
        read_stack=lambda _: {"tapal:host": STACK["host"]},
    )
    zone = Zone({})
    assert ask(checked, zone) == []
    assert zone.asked == []


def test_all_is_said_at_once_and_in_order() -> None:
    domain = {"spf": {"include": ["none.test"]}, "mx": ["mx1.none.test", "mx2.none.test"]}
    checked = read(domain)
    found = ask(checked, Zone({}))
    assert [one.key for one in found] == [
        "host.ipv4", "host.ipv6", "domains[0].spf", "domains[0].mx[0].host",
        "domains[0].mx[1].host",
    ]  # fmt: skip


def test_without_a_name_server_there_is_one_advice() -> None:
    def silent(_name: str, _kind: str) -> Sequence[str]:
        raise UnansweredError("no answer in time")

    domain = {
        "spf": {"include": ["a.test"]},
        "mx": ["mx.test"],
        "dmarc": {"aggregateReports": ["d@reports.test"]},
    }
    checked = read(domain)
    (found,) = dns_checks.check(planned(checked), silent)
    assert (found.id, found.level) == ("dns-unanswered", "warning")
    assert found.reason == (
        "the DNS gave no answer (no answer in time), so this was not checked: "
        "the PTR of 198.51.100.7; the PTR of 2001:db8::7; what the SPF of example.com includes; "
        "the address of mx.test; whether reports.test agrees to reports on example.com"
    )


NAMES = st.sampled_from(["a.test", "b.test", "c.test"])
TEXTS = st.lists(
    st.one_of(
        st.lists(NAMES, max_size=3).map(
            lambda names: " ".join(["v=spf1", *(f"include:{name}" for name in names), "~all"])
        ),
        st.text(max_size=40),
    ),
    max_size=2,
)


@given(zone=st.dictionaries(st.tuples(NAMES, st.just("TXT")), TEXTS), mute=st.sets(NAMES))
def test_whatever_the_dns_says_there_are_findings(zone: Records, mute: set[str]) -> None:
    def resolve(name: str, kind: str) -> Sequence[str]:
        if name in mute:
            raise UnansweredError("no answer in time")
        return zone.get((name, kind), [])

    checked = CHECKED
    for one in dns_checks.check(planned(checked), resolve):
        assert one.reason
        assert one.cure


CHECKED = read({"spf": {"include": ["a.test", "b.test"]}, "mx": ["c.test"]})
