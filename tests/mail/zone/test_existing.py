"""What becomes of our records in a zone that holds others already."""

from dataclasses import replace

import pytest

from mail import txt
from mail.finding import Finding, errors
from mail.zone import owner
from mail.zone.choice import Choice, RRset, Sender, plan_dmarc, plan_spf
from mail.zone.existing import RecordPlan, no_address, plan_record
from mail.zone.mx import plan_mx
from mail.zone.record import Kind, Listing, ZoneRecord, seen_by

STACK = "example.com"
OURS = owner.comment(STACK)
HOST = "smtp.example.com"
INCLUDE = "_spf.example.com"
SENDER = Sender(
    host_include=INCLUDE,
    all_includes=[INCLUDE, "_spf.google.com"],
    name=HOST,
    addresses=["203.0.113.10", "2001:db8::10"],
)


def text(name: str, value: str, **more: object) -> ZoneRecord:
    return record(name, "TXT", txt.quote(value), **more)


def record(name: str, kind: str, content: str, **more: object) -> ZoneRecord:
    made = ZoneRecord(name=name, type=kind, content=content, id=f"id-of-{content}")
    return seen_by(STACK, replace(made, **more), None)  # type: ignore[arg-type]


def listing(*records: ZoneRecord, **previous: ZoneRecord) -> Listing:
    kinds: dict[str, Kind] = {"spf": "spf", "dmarc": "dmarc", "mx": "mx"}
    before = {(one.name, kinds[kind]): (one,) for kind, one in previous.items()}
    return Listing(zone="example.com", stack=STACK, records=records, previous=before)


SPF = text("example.com", f"v=spf1 include:{INCLUDE} include:_spf.google.com ~all", id="")
THEIRS = text("example.com", "v=spf1 ip4:198.51.100.1 -all", ttl=3600, comment="the shop's")
VERIFICATION = text("example.com", "google-site-verification=x")


def spf(choice: Choice, there: Listing) -> RecordPlan:
    place = RRset(kind="spf", wanted=SPF, choice=choice, listing=there, key="domains[0]")
    return plan_spf(place, SENDER)


def only(outcome: RecordPlan) -> Finding:
    (found,) = outcome.findings
    return found


def test_an_empty_place_gets_ours() -> None:
    outcome = spf(None, listing(VERIFICATION))
    assert outcome.findings == ()
    assert outcome.records[0].found is None
    assert outcome.previous == ()


@pytest.mark.parametrize(
    "content",
    [
        SPF.content,
        SPF.value,
        f'"v=spf1 include:{INCLUDE} inc" "lude:_spf.google.com ~all"',
    ],
    ids=["quoted", "bare", "in two strings"],
)
def test_an_identical_record_is_adopted_however_it_is_quoted(content: str) -> None:
    there = replace(THEIRS, content=content)
    for choice in (None, "merge", "replace"):
        outcome = spf(choice, listing(there))
        assert outcome.findings == ()
        assert outcome.records[0].adopted
        assert outcome.records[0].found == there
        assert outcome.previous == ()


def test_one_of_our_own_is_gone_on_with_whatever_it_says() -> None:
    ours = replace(THEIRS, comment=OURS, owner=STACK)
    outcome = spf(None, listing(ours))
    assert outcome.findings == ()
    assert outcome.records[0].found == ours
    assert not outcome.records[0].adopted
    assert outcome.records[0].wanted == SPF


def test_another_spf_shows_what_is_there_ours_the_merged_one_and_each_choice() -> None:
    found = only(spf(None, listing(THEIRS)))
    assert found.key == "domains[0].existing.spf"
    assert 'there:  example.com TXT "v=spf1 ip4:198.51.100.1 -all"' in found.reason
    assert '(ttl 3600, comment "the shop\'s")' in found.reason
    assert f"ours:   example.com TXT {SPF.content}" in found.reason
    merged = f"v=spf1 ip4:198.51.100.1 include:{INCLUDE} include:_spf.google.com -all"
    assert f'merged: example.com TXT "{merged}"' in found.reason
    for word in ("merge", "keep", "replace"):
        assert f"existing: {{spf: {word}}}" in found.cure


def test_merge_takes_the_place_and_remembers() -> None:
    outcome = spf("merge", listing(THEIRS, VERIFICATION))
    assert errors(outcome.findings) == []
    planned = outcome.records[0]
    assert planned.found == THEIRS
    assert not planned.adopted
    merged = f"v=spf1 ip4:198.51.100.1 include:{INCLUDE} include:_spf.google.com -all"
    assert planned.wanted.value == merged
    assert outcome.previous == (THEIRS,)


def test_merge_goes_on_from_what_the_state_remembers() -> None:
    ours = text("example.com", "v=spf1 whatever", comment=OURS)
    outcome = spf("merge", listing(ours, spf=THEIRS))
    merged = f"v=spf1 ip4:198.51.100.1 include:{INCLUDE} include:_spf.google.com -all"
    assert outcome.records[0].wanted.value == merged
    assert outcome.records[0].found == ours
    assert outcome.previous == (THEIRS,)


def test_merge_of_a_record_that_has_us_already_adopts_it() -> None:
    there = text("example.com", f"v=spf1 include:{INCLUDE} include:_spf.google.com mx -all")
    outcome = spf("merge", listing(there))
    assert outcome.records[0].adopted
    assert outcome.previous == ()


def test_merge_with_a_lost_state_tells_what_was_there_from_our_own_record() -> None:
    merged = f"v=spf1 ip4:198.51.100.1 include:{INCLUDE} include:_spf.google.com -all"
    ours = text("example.com", merged, comment=OURS)
    outcome = spf("merge", listing(ours))
    assert outcome.records[0].wanted.value == merged
    assert [one.value for one in outcome.previous] == [THEIRS.value]
    assert outcome.previous[0].comment == ""
    held = replace(ours, held=True)
    assert spf("merge", listing(held)).previous == ()
    assert spf("merge", listing(held)).records[0].wanted == SPF


def test_merge_of_what_cannot_be_read_is_refused() -> None:
    broken = text("example.com", "v=spf1 ip4:nonsense -all")
    found = only(spf("merge", listing(broken)))
    assert found.id == "zone-spf-unreadable"
    undecided = only(spf(None, listing(broken)))
    assert "{spf: merge}" not in undecided.cure.partition("\n")[2]
    assert "{spf: replace}" in undecided.cure


def test_merge_beyond_ten_lookups_is_refused_and_their_faults_are_warnings() -> None:
    many = " ".join(f"include:s{number}.example" for number in range(9))
    found = errors(spf("merge", listing(text("example.com", f"v=spf1 {many} ?all"))).findings)
    assert [one.id for one in found] == ["spf-too-many-lookups"]
    weak = spf("merge", listing(text("example.com", "v=spf1 mx ?all")))
    assert [(one.id, one.level) for one in weak.findings] == [("spf-weak-all", "warning")]
    assert weak.previous


def test_replace_takes_the_place_with_ours() -> None:
    outcome = spf("replace", listing(THEIRS))
    assert outcome.findings == ()
    assert outcome.records[0].wanted == SPF
    assert outcome.records[0].found == THEIRS
    assert outcome.previous == (THEIRS,)


def test_keep_publishes_nothing_and_says_whether_the_host_may_send() -> None:
    outcome = spf("keep", listing(THEIRS))
    assert outcome.records == ()
    assert outcome.previous == ()
    found = only(outcome)
    assert found.level == "warning"
    assert f"does not let {HOST} send" in found.reason
    assert f"include:{INCLUDE}" in found.cure


@pytest.mark.parametrize(
    "kept",
    [
        f"v=spf1 include:{INCLUDE} -all",
        f"v=spf1 include:{INCLUDE.upper()} -all",
        f"v=spf1 redirect={INCLUDE}",
        f"v=spf1 a:{HOST} -all",
        "v=spf1 ip4:203.0.113.0/24 ip6:2001:db8::/32 -all",
        "v=spf1 +all",
    ],
)
def test_keep_of_a_record_that_lets_the_host_send_is_no_warning(kept: str) -> None:
    assert spf("keep", listing(text("example.com", kept))).findings == ()


@pytest.mark.parametrize(
    "kept",
    [
        f"v=spf1 -include:{INCLUDE} ~all",
        f"v=spf1 ?a:{HOST} ~all",
        "v=spf1 ip4:203.0.113.10 -all",
        "v=spf1 ip4:203.0.113.10 ip6:2001:db8:1::/48 -all",
        "v=spf1 ip4:nonsense",
    ],
)
def test_keep_of_a_record_that_does_not_is_told(kept: str) -> None:
    assert only(spf("keep", listing(text("example.com", kept)))).id == "zone-kept-spf"


def test_keep_of_nothing_is_told_unless_what_was_there_comes_back() -> None:
    assert only(spf("keep", listing())).id == "zone-no-spf"
    ours = replace(SPF, comment=OURS, owner=STACK, id="x")
    before = text("example.com", f"v=spf1 include:{INCLUDE} -all")
    assert spf("keep", listing(ours, spf=before)).findings == ()


@pytest.mark.parametrize("choice", [None, "merge", "replace", "keep"])
def test_two_spf_records_are_shown_and_refused(choice: Choice) -> None:
    other = text("example.com", "v=spf1 mx ~all")
    (found,) = errors(spf(choice, listing(THEIRS, other)).findings)
    assert found.id == "zone-two-spf"
    assert THEIRS.content in found.reason
    assert other.content in found.reason


def test_a_second_spf_beside_ours_is_refused() -> None:
    ours = replace(SPF, comment=OURS, owner=STACK, id="x")
    found = only(spf("merge", listing(ours, THEIRS)))
    assert found.id == "zone-two-spf"
    assert "without our comment" in found.cure


def test_which_of_two_has_to_go_is_told_by_its_comment() -> None:
    ours, copy = text("example.com", "v=spf1 a -all", comment=OURS), replace(SPF, comment=OURS)
    found = only(spf("merge", listing(ours, replace(copy, owner=STACK, id="copy"))))
    assert found.cure == "delete one of them in Cloudflare's panel"
    found = only(spf("merge", listing(ours, THEIRS)))
    assert found.cure == "delete the one without our comment in Cloudflare's panel"


def test_a_choice_that_is_taken_back_is_asked_for_again() -> None:
    ours = text("example.com", "v=spf1 mx -all", comment=OURS)
    outcome = spf(None, listing(ours, spf=THEIRS))
    found = only(outcome)
    assert "no longer says so" in found.reason
    assert f"before: {THEIRS}" in found.reason
    assert "{spf: keep}" in found.cure


def test_a_record_of_another_stack_is_refused_by_name() -> None:
    foreign = text("example.com", SPF.value, comment=owner.comment("shop"))
    found = only(spf("replace", listing(foreign)))
    assert found.id == "zone-other-stack"
    assert "'shop'" in found.reason


DMARC = text("_dmarc.example.com", "v=DMARC1; p=none", id="")
THEIR_DMARC = text("_dmarc.example.com", "v=DMARC1; p=reject; pct=50; rua=mailto:x@example.net")


def settle_policy(choice: Choice, there: Listing) -> RecordPlan:
    place = RRset(kind="dmarc", wanted=DMARC, choice=choice, listing=there, key="domains[1]")
    return plan_dmarc(place)


def test_another_dmarc_offers_keep_and_replace_but_no_merge() -> None:
    found = only(settle_policy(None, listing(THEIR_DMARC)))
    assert found.key == "domains[1].existing.dmarc"
    assert str(THEIR_DMARC) in found.reason
    assert str(DMARC) in found.reason
    offered = found.cure.partition("\n")[2]
    assert "{dmarc: keep}" in offered
    assert "{dmarc: replace}" in offered
    assert "merge" not in offered


def test_faults_of_a_kept_dmarc_are_warnings() -> None:
    outcome = settle_policy("keep", listing(THEIR_DMARC))
    assert outcome.records == ()
    assert [(one.id, one.level) for one in outcome.findings] == [("dmarc-removed-tag", "warning")]
    assert "the kept DMARC record: pct" in only(outcome).reason


def test_other_texts_at_the_name_are_nobodys_business() -> None:
    outcome = settle_policy(None, listing(text("_dmarc.example.com", "hello")))
    assert outcome.findings == ()
    assert outcome.records[0].found is None


def test_a_cname_at_the_name_stands_in_the_way_unless_it_is_kept() -> None:
    cname = record("_dmarc.example.com", "CNAME", "example.com.dmarc.example.net")
    found = only(settle_policy(None, listing(cname)))
    assert found.id == "zone-cname"
    assert "existing: {dmarc: keep}" in found.cure
    assert settle_policy("keep", listing(cname)).findings == ()


def mx(target: str, priority: int = 10, **more: object) -> ZoneRecord:
    return record("example.com", "MX", target, priority=priority, **more)


OUR_MX = replace(mx(HOST), id="")
GOOGLE = mx("aspmx.l.google.com", 1, ttl=3600)
GOOGLE_2 = mx("alt1.aspmx.l.google.com", 5)


def test_other_mx_records_are_shown_all_and_refused() -> None:
    outcome = plan_mx("example.com", [OUR_MX], None, listing(GOOGLE, GOOGLE_2), "domains[0]")
    found = only(outcome)
    assert "example.com MX 1 aspmx.l.google.com (ttl 3600)" in found.reason
    assert "example.com MX 5 alt1.aspmx.l.google.com" in found.reason
    assert f"ours:   example.com MX 10 {HOST}" in found.reason
    assert "existing: {mx: keep}" in found.cure
    assert "existing: {mx: replace}" in found.cure


def test_keep_of_mx_publishes_none() -> None:
    assert plan_mx("example.com", [OUR_MX], "keep", listing(GOOGLE), "domains[0]") == RecordPlan()
    assert plan_mx("example.com", [], None, listing(GOOGLE), "domains[0]") == RecordPlan()


def test_replace_of_mx_remembers_all_and_makes_ours_beside() -> None:
    outcome = plan_mx("example.com", [OUR_MX], "replace", listing(GOOGLE, GOOGLE_2), "domains[0]")
    assert outcome.findings == ()
    assert outcome.records[0].found is None
    assert outcome.previous == (GOOGLE, GOOGLE_2)


def test_replaced_mx_records_stay_remembered_and_new_ones_join() -> None:
    ours = mx(HOST, comment=OURS)
    outcome = plan_mx(
        "example.com", [OUR_MX], "replace", listing(ours, GOOGLE_2, mx=GOOGLE), "domains[0]"
    )
    assert outcome.records[0].found == ours
    assert outcome.previous == (GOOGLE, GOOGLE_2)
    again = mx(GOOGLE.content, 1, id="a new one")
    outcome = plan_mx(
        "example.com", [OUR_MX], "replace", listing(ours, again, mx=GOOGLE), "domains[0]"
    )
    assert outcome.previous == (again,)
    found = only(plan_mx("example.com", [OUR_MX], None, listing(ours, mx=GOOGLE), "domains[0]"))
    assert "no longer says so" in found.reason


def test_an_mx_that_is_adopted_is_none_that_ours_took_the_place_of() -> None:
    # Somebody wrote it anew, and the stack's file names it by now: it must not be removed again.
    ours, again = mx(HOST, comment=OURS), mx(GOOGLE.content, 1, id="a new one")
    wanted = [OUR_MX, replace(GOOGLE, id="", ttl=1)]
    there = listing(ours, again, mx=GOOGLE)
    outcome = plan_mx("example.com", wanted, "replace", there, "domains[0]")
    assert [one.adopted for one in outcome.records] == [False, True]
    assert (outcome.previous, outcome.findings) == ((), ())


def test_one_of_several_mx_of_the_same_server_has_to_go() -> None:
    there = listing(mx(HOST, 5), mx(HOST, 20))
    for one in plan_mx("example.com", [OUR_MX], "replace", there, "domains[0]").findings:
        assert one.cure.endswith(", or delete it in Cloudflare's panel")


def test_an_identical_mx_is_adopted_and_one_of_another_priority_is_told() -> None:
    same = mx(f"{HOST.upper()}.", comment="by hand")
    outcome = plan_mx("example.com", [OUR_MX], None, listing(same), "domains[0]")
    assert outcome.findings == ()
    assert outcome.records[0].adopted
    found = only(plan_mx("example.com", [OUR_MX], "replace", listing(mx(HOST, 0)), "domains[0]"))
    assert found.id == "zone-mx-priority"
    assert f"mx: [{{host: {HOST}, priority: 0}}]" in found.cure


ADDRESS = replace(record(HOST, "A", "203.0.113.10"), id="")


def test_an_identical_address_is_adopted_and_another_is_refused() -> None:
    same, other = record(HOST, "A", "203.0.113.10"), record(HOST, "A", "203.0.113.99")
    outcome = plan_record(ADDRESS, "address", listing(same, other), "host.ipv4")
    assert outcome.records[0].found == same
    assert outcome.records[0].adopted
    found = only(outcome)
    assert (found.id, found.key) == ("zone-foreign-address", "host.ipv4")
    assert "203.0.113.99" in found.reason


@pytest.mark.parametrize(
    ("content", "cure"), [("203.0.113.10", "DNS only"), ("203.0.113.99", "delete it")]
)
def test_a_proxied_address_is_refused_in_any_case(content: str, cure: str) -> None:
    there = record(HOST, "A", content, proxied=True)
    outcome = plan_record(ADDRESS, "address", listing(there), "host.ipv4")
    found = only(outcome)
    assert found.id == "zone-proxied"
    assert "no mail port" in found.reason
    assert cure in found.cure
    assert not outcome.records[0].adopted


def test_an_address_family_that_the_host_has_not_must_not_be_there() -> None:
    there = listing(record(HOST, "AAAA", "2001:db8::99"), record("x.example.com", "AAAA", "::1"))
    (found,) = no_address(HOST, "AAAA", there, "host.ipv6")
    assert found.key == "host.ipv6"
    assert "2001:db8::99" in found.reason
    ours = record(HOST, "AAAA", "2001:db8::99", comment=OURS)
    assert no_address(HOST, "AAAA", listing(ours), "host.ipv6") == []


def test_a_cname_at_the_hosts_name_stands_in_the_way() -> None:
    there = listing(record(HOST, "CNAME", "elsewhere.example"))
    assert only(plan_record(ADDRESS, "address", there, "host.ipv4")).id == "zone-cname"


def test_a_cname_at_the_zones_own_name_is_flattened() -> None:
    there = listing(record("example.com", "CNAME", "site.example.net"))
    assert spf(None, there).findings == ()
    apex = replace(ADDRESS, name="example.com")
    assert only(plan_record(apex, "address", there, "host.ipv4")).id == "zone-cname"


def test_a_delegation_above_a_name_is_told() -> None:
    there = listing(record("mail.example.com", "NS", "ns1.example.net"))
    wanted = replace(ADDRESS, name="smtp.mail.example.com")
    found = only(plan_record(wanted, "address", there, "host.ipv4"))
    assert found.id == "zone-delegated"
    assert "ns1.example.net" in found.reason
    apex = listing(record("example.com", "NS", "ns1.example.net"))
    assert plan_record(wanted, "address", apex, "host.ipv4").findings == ()


KEY = ZoneRecord(name="2026a._domainkey.example.com", type="TXT", content="")


@pytest.mark.parametrize("kind", ["TXT", "CNAME"])
def test_a_selector_in_use_is_refused(kind: str) -> None:
    found = only(
        plan_record(KEY, "dkim", listing(record(KEY.name, kind, "x")), "domains[0].dkim[0]")
    )
    assert "choose another selector" in found.cure
    assert found.key == "domains[0].dkim[0]"


def test_our_own_key_is_gone_on_with() -> None:
    ours = text(KEY.name, "v=DKIM1; p=x", comment=OURS)
    outcome = plan_record(KEY, "dkim", listing(ours), "")
    assert outcome.findings == ()
    assert outcome.records[0].found == ours


def test_another_spf_at_the_hosts_names_is_refused() -> None:
    wanted = text("_spf.example.com", f"v=spf1 a:{HOST} ~all")
    other = text("_spf.example.com", "v=spf1 mx ~all")
    found = only(
        plan_record(wanted, "spf", listing(other, text("_spf.example.com", "x")), "host.name")
    )
    assert found.id == "zone-host-spf"
    assert str(other) in found.reason


@pytest.mark.parametrize(
    ("comment", "state", "whose"),
    [
        (OURS, None, STACK),
        (f"{OURS}; do not touch", None, STACK),
        ("", None, ""),
        ("", "", ""),
        ("", OURS, STACK),
        ("mine now", OURS, STACK),
        # A renamed stack: its state has the records, under its name of before.
        ("", owner.comment("shop"), STACK),
        (owner.comment("shop"), owner.comment("shop"), STACK),
        (owner.comment("shop"), None, "shop"),
        (owner.comment("shop"), OURS, "shop"),
        (owner.comment("shop"), "", "shop"),
        (owner.comment("mall"), owner.comment("shop"), "mall"),
        ("tapal is nice", None, ""),
    ],
)
def test_whose_a_record_is(comment: str, state: str | None, whose: str) -> None:
    seen = seen_by(STACK, replace(THEIRS, comment=comment), state)
    assert seen.owner == whose
    assert seen.held == (state is not None)


def test_a_long_stack_name_fits_into_a_comment() -> None:
    one, other = "a" * 100, "a" * 99 + "b"
    assert len(owner.comment(one)) == owner.LONGEST
    assert owner.is_of(owner.comment(one), one)
    assert not owner.is_of(owner.comment(one), other)
    assert owner.comment("a" * 87) == "tapal: stack " + "a" * 87
