"""SPF: records, grammar, merging, limits; judged by checkdmarc as well."""

import contextlib

import checkdmarc.spf
import checkdmarc.utils
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mail.spf import check, lookups, publish
from mail.spf.merge import merge
from mail.spf.record import Record, SpfError, Term, parse
from tests.mail.fake_dns import Zone

SERVER = {
    ("example.com", "TXT"): [publish.domain_record(["_spf.example.com", "_spf.other.test"])],
    ("_spf.example.com", "TXT"): [publish.host_record("smtp.example.com")],
    ("_spf.other.test", "TXT"): ["v=spf1 ip4:198.51.100.0/24 ip6:2001:db8::/32 -all"],
    ("smtp.example.com", "TXT"): [publish.helo_record()],
    ("smtp.example.com", "A"): ["203.0.113.10"],
    ("smtp.example.com", "AAAA"): ["2001:db8::10"],
}


def ids(findings: object) -> list[str]:
    assert isinstance(findings, list)
    return [finding.id for finding in findings]


def judge(
    records: dict[tuple[str, str], list[str]], name: str = "example.com"
) -> dict[str, object]:
    checkdmarc.utils.DNS_CACHE.clear()
    result = checkdmarc.spf.check_spf(name, resolver=Zone(records))
    assert isinstance(result, dict)
    return result


def test_records_of_a_server() -> None:
    assert publish.record_name("example.com") == "_spf.example.com"
    assert publish.host_record("smtp.example.com") == "v=spf1 a:smtp.example.com ~all"
    assert publish.helo_record() == "v=spf1 a -all"
    assert publish.domain_record(["x.test", "y.test", "x.test"], "fail") == (
        "v=spf1 include:x.test include:y.test -all"
    )
    assert publish.domain_record([]) == "v=spf1 ~all"
    with pytest.raises(ValueError, match="softfail"):
        publish.domain_record([], "neutral")


@pytest.mark.parametrize("name", ["example.com", "_spf.example.com", "smtp.example.com"])
def test_checkdmarc_accepts_our_records(name: str) -> None:
    result = judge(SERVER, name)
    assert result["valid"] is True, result
    counted = lookups.count_lookups(name, Zone(SERVER).values)
    assert (counted.lookups, counted.void) == (result["dns_lookups"], result["void_dns_lookups"])
    assert counted.findings("spf") == []


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        ("v=spf1 -all", []),
        ("V=SPF1 IP4:203.0.113.1 A MX/24//64 Include:_spf.x.test ~ALL", []),
        ("v=spf1  a   -all ", []),
        ("v=spf1 a:x.test/24 a:x.test//64 mx:x.test/0 -all", []),
        ("v=spf1 redirect=_spf.x.test", []),
        ("v=spf1 exists:%{ir}.%{v}._spf.%{d2} -all", []),
        ("v=spf1 -all exp=why.%{d}", []),
        ("v=spf1 -all unknown=anything", []),
        ("v=spf1 ip6:2001:db8::1 ip6:2001:db8::/32 -all", []),
        ("v=spf1 a", ["spf-no-all"]),
        ("v=spf1 +all", ["spf-weak-all"]),
        ("v=spf1 all", ["spf-weak-all"]),
        ("v=spf1 ?all", ["spf-weak-all"]),
        ("v=spf1 -all a", ["spf-ignored-term"]),
        ("v=spf1 -all redirect=x.test", ["spf-ignored-term"]),
        ("v=spf1 ptr -all", ["spf-ptr"]),
        ("v=spf1 " + "a:x.test " * 11 + "-all", ["spf-too-many-lookups"]),
        ("v=spf1 " + "a:x.test " * 10 + "-all", []),
        ("", ["spf-syntax"]),
        ("v=spf10 -all", ["spf-syntax"]),
        ("v=spf1-all", ["spf-syntax"]),
        ("spf1 -all", ["spf-syntax"]),
        ("v=spf1 ipv4:203.0.113.1 -all", ["spf-syntax"]),
        ("v=spf1 ip4:203.0.113 -all", ["spf-syntax"]),
        ("v=spf1 ip4:203.0.113.1/33 -all", ["spf-syntax"]),
        ("v=spf1 ip4:203.0.113.0/255.255.255.0 -all", ["spf-syntax"]),
        ("v=spf1 ip4:2001:db8::1 -all", ["spf-syntax"]),
        ("v=spf1 ip6:203.0.113.1 -all", ["spf-syntax"]),
        ("v=spf1 ip4 -all", ["spf-syntax"]),
        ("v=spf1 include: -all", ["spf-syntax"]),
        ("v=spf1 include -all", ["spf-syntax"]),
        ("v=spf1 include:google -all", ["spf-syntax"]),
        ("v=spf1 include=_spf.x.test -all", ["spf-mechanism-as-modifier"]),
        ("v=spf1 include:x.test, -all", ["spf-syntax"]),
        ("v=spf1 a/33 -all", ["spf-syntax"]),
        ("v=spf1 a//129 -all", ["spf-syntax"]),
        ("v=spf1 all:x.test", ["spf-syntax"]),
        ("v=spf1 exists:%{z}.x.test -all", ["spf-syntax"]),
        ("v=spf1 redirect=x.test redirect=y.test", ["spf-syntax"]),
        ("v=spf1 include:münchen.test -all", ["spf-syntax"]),
        ('v=spf1 "include:x.test" -all', ["spf-syntax"]),
    ],
)
def test_check(record: str, expected: list[str]) -> None:
    findings = check.check(record, "domains[0].spf")
    assert ids(findings) == expected
    assert all(finding.key == "domains[0].spf" and finding.cure for finding in findings)


DOMAINS = st.sampled_from(["x.test", "_spf.y.test", "a-b.c.test"])
TERMS = st.one_of(
    st.builds(
        Term,
        name=st.sampled_from(["include", "exists", "a", "mx", "ptr"]),
        value=DOMAINS,
        qualifier=st.sampled_from("+-~?"),
    ),
    st.builds(
        Term,
        name=st.sampled_from(["a", "mx"]),
        qualifier=st.sampled_from("+-~?"),
        value=st.sampled_from(["", "/24", "//64", "/24//64"]),
    ),
    st.builds(Term, name=st.just("ip4"), value=st.ip_addresses(v=4).map(str)),
    st.builds(Term, name=st.just("ip6"), value=st.ip_addresses(v=6).map(str)),
    st.builds(Term, name=st.just("all"), qualifier=st.sampled_from("+-~?")),
    st.builds(Term, name=st.just("moo"), value=st.just("x"), modifier=st.just(True)),
)


@given(st.lists(TERMS, max_size=8))
def test_round_trip(terms: list[Term]) -> None:
    record = Record(terms=tuple(terms))
    assert parse(str(record)) == record


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    with contextlib.suppress(SpfError):
        assert parse(str(parse(f"v=spf1 {text}")))


@pytest.mark.parametrize(
    ("existing", "merged"),
    [
        ("v=spf1 -all", "v=spf1 include:_spf.x.test -all"),
        ("v=spf1 a mx ?all", "v=spf1 a mx include:_spf.x.test ?all"),
        ("v=spf1 a", "v=spf1 a include:_spf.x.test"),
        ("v=spf1 redirect=y.test", "v=spf1 include:_spf.x.test redirect=y.test"),
        ("v=spf1 a exp=e.test -all", "v=spf1 a include:_spf.x.test exp=e.test -all"),
        ("v=spf1  include:_SPF.x.test  ~all", "v=spf1  include:_SPF.x.test  ~all"),
    ],
)
def test_merge(existing: str, merged: str) -> None:
    assert merge(existing, ["_spf.x.test"]) == merged
    assert merge(merged, ["_spf.x.test"]) == merged


def test_merge_refuses_what_is_no_record() -> None:
    with pytest.raises(SpfError):
        merge("v=DKIM1; p=", ["_spf.x.test"])


def chain(length: int) -> dict[tuple[str, str], list[str]]:
    records = {(f"n{i}.test", "TXT"): [f"v=spf1 include:n{i + 1}.test -all"] for i in range(length)}
    records[(f"n{length}.test", "TXT")] = ["v=spf1 ip4:203.0.113.1 -all"]
    return records


@pytest.mark.parametrize(("length", "valid"), [(1, True), (10, True), (11, False), (30, False)])
def test_lookup_limit(length: int, valid: bool) -> None:
    records = chain(length)
    count = lookups.count_lookups("n0.test", Zone(records).values)
    assert count.lookups == length
    assert (count.findings("k") == []) is valid
    assert judge(records, "n0.test")["valid"] is valid
    if not valid:
        assert ids(count.findings("k")) == ["spf-too-many-lookups"]
        assert str(length) in count.findings("k")[0].reason


@pytest.mark.parametrize(("void", "valid"), [(0, True), (2, True), (3, False)])
def test_void_limit(void: int, valid: bool) -> None:
    gone = " ".join(f"a:gone{i}.test" for i in range(void))
    records = {
        ("d.test", "TXT"): [f"v=spf1 a:here.test {gone} -all"],
        ("here.test", "A"): ["203.0.113.1"],
    }
    count = lookups.count_lookups("d.test", Zone(records).values)
    assert count.void == void
    assert (count.findings("k") == []) is valid
    assert judge(records, "d.test")["valid"] is valid


@pytest.mark.parametrize(
    ("records", "expected"),
    [
        ({("d.test", "TXT"): ["v=spf1 include:gone.test -all"]}, "spf-include-none"),
        ({("d.test", "TXT"): ["v=spf1 include:d.test -all"]}, "spf-loop"),
        (
            {
                ("d.test", "TXT"): ["v=spf1 include:e.test -all"],
                ("e.test", "TXT"): ["v=spf1 redirect=d.test"],
            },
            "spf-loop",
        ),
        (
            {
                ("d.test", "TXT"): ["v=spf1 include:e.test -all"],
                ("e.test", "TXT"): ["v=spf1 bogus -all"],
            },
            "spf-include-broken",
        ),
        (
            {
                ("d.test", "TXT"): ["v=spf1 include:e.test -all"],
                ("e.test", "TXT"): ["v=spf1 -all", "v=spf1 a -all"],
            },
            "spf-two-records",
        ),
        ({("d.test", "TXT"): ["just text"]}, "spf-include-none"),
        (
            {
                ("d.test", "TXT"): ["v=spf1 mx -all"],
                ("d.test", "MX"): [f"10 mx{i}.test." for i in range(11)],
            },
            "spf-many-mx",
        ),
    ],
)
def test_problems_on_the_way(records: dict[tuple[str, str], list[str]], expected: str) -> None:
    count = lookups.count_lookups("d.test", Zone(records).values)
    assert expected in ids(count.findings("k"))


def test_a_planned_record_is_counted_before_it_is_published() -> None:
    zone = Zone(SERVER)
    count = lookups.count_lookups("new.test", zone.values, "v=spf1 include:_spf.example.com ~all")
    assert (count.lookups, count.void, count.problems) == (2, 0, [])
    assert ("new.test", "TXT") not in zone.asked


def test_counting_a_tree_that_never_ends_stops() -> None:
    class Endless:
        asked = 0

        def values(self, _name: str, kind: str) -> list[str]:
            self.asked += kind == "TXT"
            return [f"v=spf1 include:a{self.asked}.test include:b{self.asked}.test -all"]

    endless = Endless()
    count = lookups.count_lookups("d.test", endless.values)
    assert endless.asked < 60
    assert "at least" in count.findings("k")[0].reason


def test_what_follows_all_costs_nothing() -> None:
    records = {("d.test", "TXT"): ["v=spf1 -all include:gone.test redirect=gone.test"]}
    assert lookups.count_lookups("d.test", Zone(records).values).lookups == 0


def test_every_kind_of_empty_answer_is_void() -> None:
    record = "v=spf1 include:i.test a:a.test mx:m.test exists:e.test redirect=r.test"
    count = lookups.count_lookups("d.test", Zone({}).values, record)
    assert (count.lookups, count.void) == (5, 5)
