"""What is in the zone already: adopted, taken over, left alone, or refused before anything is."""

import threading
from typing import Any

import pytest
from pulumi.runtime.mocks import MockMonitor
from pulumi.runtime.proto.resource_pb2 import ResourceInvokeRequest

from components.preflight import planning
from components.refusal import Refusal
from components.resources.previous_records import (
    TYPES,
    PreviousRecordsProvider,
    RemovedMxProvider,
)
from mail.zone import owner
from settings.rules.run import ZONE_UNREACHABLE
from tests.components.example import STACK, declare, declared, stack
from tests.components.recorder import Declared, Record, World

OURS = owner.comment("test")
DOMAIN = "example.com"
SPF = '"v=spf1 include:_spf.example.com include:_spf.google.com -all"'
THEIR_SPF = '"v=spf1 ip4:203.0.113.25 ~all"'
MERGED = '"v=spf1 ip4:203.0.113.25 include:_spf.example.com include:_spf.google.com ~all"'
MADE = "2026-01-02T03:04:05.678901Z"
PREVIOUS = "pulumi-python:dynamic/tapal:PreviousRecords"
RECORD = "cloudflare:index/dnsRecord:DnsRecord"


def held(kind: str, content: str, name: str = DOMAIN, **more: object) -> dict[str, Any]:
    """Return a record as the look-up gives it."""
    given = {"id": f"id-{abs(hash((name, kind, content)))}", "createdOn": MADE, "ttl": 1.0}
    return {"name": name, "type": kind, "content": content, "proxied": False} | given | more


def run(*records: dict[str, Any], choices: dict[str, str] | None = None, **more: Any) -> Record:  # noqa: ANN401 - goes to World
    """Declare the example, with these records in the zone of its first domain."""
    data = stack()
    data["domains"][0]["existing"] = choices or {}
    return declare(data, world=World(records={DOMAIN: list(records)}, **more))


def refused(*records: dict[str, Any], **more: Any) -> str:  # noqa: ANN401 - goes to World
    with pytest.raises(Refusal) as said:
        run(*records, **more)
    return str(said.value)


def spf_records(record: Record) -> list[Declared]:
    return [
        one
        for one in record.of_type("DnsRecord")
        if one.inputs["name"] == DOMAIN and "v=spf1" in one.plain("content")
    ]


def test_what_we_make_says_whose_it_is() -> None:
    for one in declared().of_type("DnsRecord"):
        assert one.inputs["comment"] == OURS, one.name
        assert (one.imported, one.retained) == ("", False), one.name


def test_an_identical_record_is_adopted_as_it_is() -> None:
    there = held("TXT", SPF, ttl=3600.0, comment="by hand", tags=["mail:yes"])
    (one,) = spf_records(run(there))
    assert one.imported == f"zone-of-{DOMAIN}/{there['id']}"
    assert one.retained
    assert one.inputs == {
        "zoneId": f"zone-of-{DOMAIN}",
        "name": DOMAIN,
        "type": "TXT",
        "content": SPF,
        "ttl": 3600.0,
        "proxied": False,
        "comment": "by hand",
        "tags": ["mail:yes"],
    }


def test_an_identical_record_in_another_spelling_keeps_it() -> None:
    there = held("TXT", SPF.strip('"'))
    (one,) = spf_records(run(there))
    assert one.inputs["content"] == there["content"]
    assert "comment" not in one.inputs


def test_addresses_and_mx_are_adopted_too() -> None:
    record = run(
        held("A", "198.51.100.7", "smtp.example.com", ttl=600.0),
        held("MX", "smtp.example.com", priority=10.0),
    )
    address = record.named("dns: A of smtp.example.com")
    assert (address.retained, address.inputs["ttl"]) == (True, 600.0)
    exchanger = record.named("dns: MX of example.com to smtp.example.com")
    assert (exchanger.retained, exchanger.inputs["priority"]) == (True, 10.0)
    assert "/id-" in exchanger.imported


def test_what_the_state_has_is_not_imported_again() -> None:
    there = held("TXT", SPF)
    outputs = {"zoneId": f"zone-of-{DOMAIN}", "name": DOMAIN, "type": "TXT"}
    outputs["createdOn"] = "2026-01-02T03:04:05.678901+00:00"
    state = {"urn:x": {"type": RECORD, "outputs": outputs}}
    (one,) = spf_records(run(there, state=state))
    assert (one.imported, one.retained) == ("", True)
    outputs["createdOn"] = "2026-01-02T03:04:06Z"
    (one,) = spf_records(run(there, state=state))
    assert one.imported


def test_a_comment_that_was_removed_is_put_back() -> None:
    outputs = {"zoneId": f"zone-of-{DOMAIN}", "name": DOMAIN, "type": "TXT", "createdOn": MADE}
    state = {"urn:x": {"type": RECORD, "outputs": outputs | {"comment": OURS}}}
    (one,) = spf_records(run(held("TXT", SPF), state=state))
    assert (one.imported, one.retained) == ("", False)
    assert one.inputs["comment"] == OURS


def test_a_renamed_stack_goes_on_with_its_records() -> None:
    # Taken for another stack's they would be refused, and what was there before be forgotten.
    before = owner.comment("name-of-before")
    outputs = {"zoneId": f"zone-of-{DOMAIN}", "name": DOMAIN, "type": "TXT", "createdOn": MADE}
    memory = {"zone_id": f"zone-of-{DOMAIN}", "name": DOMAIN, "kind": "spf", "stack": "before"}
    state = {
        "urn:x": {"type": RECORD, "outputs": outputs | {"comment": before}},
        "urn:y": {"type": PREVIOUS, "outputs": memory | {"records": [held("TXT", THEIR_SPF)]}},
    }
    record = run(held("TXT", MERGED, comment=before), choices={"spf": "merge"}, state=state)
    (one,) = spf_records(record)
    assert (one.imported, one.retained) == ("", True)
    assert (one.inputs["content"], one.inputs["comment"]) == (MERGED, OURS)
    previous = record.named("dns: previous SPF of example.com")
    assert previous.inputs["records"][0]["content"] == THEIR_SPF
    assert previous.inputs["stack"] == "test"


def test_ours_is_imported_if_the_state_lost_it() -> None:
    there = held("TXT", '"v=spf1 -all"', comment=OURS)
    (one,) = spf_records(run(there))
    assert one.imported.endswith(there["id"])
    assert not one.retained
    assert one.inputs["content"] == SPF


def test_all_conflicts_of_all_domains_are_one_message_and_nothing_is_declared() -> None:
    records = {
        DOMAIN: [
            held("TXT", THEIR_SPF),
            held("TXT", '"v=DMARC1; p=reject"', "_dmarc.example.com"),
            held("MX", "mx.example.net", priority=5.0),
            held("A", "198.51.100.8", "smtp.example.com"),
            held("TXT", '"in use"', "2026a._domainkey.example.com"),
        ],
        "second.example": [held("TXT", '"v=spf1 a ~all"', "second.example")],
    }
    with pytest.raises(Refusal) as said:
        declare(STACK, world=World(records=records))
    text = str(said.value)
    assert "the plan has 6 things to put right; nothing was touched" in text
    for key in (
        "domains: example.com, existing.spf",
        "domains: example.com, existing.dmarc",
        "domains: example.com, existing.mx",
        "domains: second.example, existing.spf",
        "domains: example.com, dkim[0].selector",
        "host.ipv4",
    ):
        assert f"- {key}: " in text
    for shown in (THEIR_SPF, MERGED, SPF, "p=reject", "MX 5 mx.example.net", "198.51.100.8"):
        assert shown in text


def test_without_a_choice_no_second_spf_is_made() -> None:
    assert "existing: {spf: merge}" in refused(held("TXT", THEIR_SPF))


@pytest.mark.parametrize(("choice", "content"), [("merge", MERGED), ("replace", SPF)])
def test_ours_takes_the_place_of_another_spf(choice: str, content: str) -> None:
    there = held("TXT", THEIR_SPF, ttl=3600.0, comment="the shop's")
    record = run(there, choices={"spf": choice})
    (one,) = spf_records(record)
    assert one.inputs["content"] == content
    assert one.inputs["comment"] == OURS
    assert one.imported.endswith(there["id"])
    assert one.retained, "it becomes what it was when the memory goes"
    previous = record.named("dns: previous SPF of example.com")
    assert previous.inputs["records"] == [
        {
            "id": there["id"],
            "name": DOMAIN,
            "type": "TXT",
            "content": THEIR_SPF,
            "ttl": 3600,
            "proxied": False,
            "comment": "the shop's",
        }
    ]
    assert record.comes_after(one, previous)


@pytest.mark.parametrize(("choice", "content"), [("merge", MERGED), ("replace", SPF)])
def test_a_place_once_taken_stays_so_by_the_states_memory(choice: str, content: str) -> None:
    there = held("TXT", THEIR_SPF, ttl=3600.0, comment="the shop's")
    before = run(there, choices={"spf": choice}).named("dns: previous SPF of example.com").inputs
    ours = held("TXT", content, comment=OURS)
    outputs = {"zoneId": f"zone-of-{DOMAIN}", "name": DOMAIN, "type": "TXT", "createdOn": MADE}
    state = {
        "urn:previous": {"type": PREVIOUS, "outputs": before},
        "urn:spf": {"type": RECORD, "outputs": outputs | {"comment": OURS}},
    }
    record = run(ours, choices={"spf": choice}, state=state)
    assert record.named("dns: previous SPF of example.com").inputs == before
    (one,) = spf_records(record)
    assert (one.inputs["content"], one.imported, one.retained) == (content, "", True)
    assert "no longer says so" in refused(ours, state=state)


def test_keep_publishes_none_of_ours() -> None:
    record = run(
        held("TXT", THEIR_SPF),
        held("TXT", '"v=DMARC1; p=reject"', "_dmarc.example.com"),
        held("MX", "mx.example.net", priority=5.0),
        choices={"spf": "keep", "dmarc": "keep", "mx": "keep"},
    )
    ours = {f"dns: {kind} of example.com" for kind in ("SPF", "DMARC", "MX")}
    names = {one.name.partition(" to ")[0] for one in record.resources}
    assert ours & names == set()
    assert record.of_type("PreviousRecords") == []


def test_replaced_mx_are_removed_after_ours_and_back_before_ours_go() -> None:
    first, second = held("MX", "a.example", priority=1.0), held("MX", "b.example", priority=5.0)
    record = run(first, second, choices={"mx": "replace"})
    ours = record.named("dns: MX of example.com to smtp.example.com")
    previous = record.named("dns: previous MX of example.com")
    removed_mx = record.named("dns: removed MX of example.com")
    assert (ours.imported, ours.retained) == ("", False)
    assert [one["content"] for one in previous.inputs["records"]] == ["a.example", "b.example"]
    assert removed_mx.inputs["records"] == previous.inputs["records"]
    assert record.comes_after(ours, previous)
    assert record.comes_after(removed_mx, ours)


KEY_NAME = f"2026a._domainkey.{DOMAIN}"
KEY_TYPE = "pulumi-python:dynamic/tapal:DkimKey"


def key_in_state(text: str) -> dict[str, dict[str, Any]]:
    outputs = {"domain": DOMAIN, "selector": "2026a", "record": text, "algorithm": "rsa"}
    return {"urn:key": {"type": KEY_TYPE, "outputs": outputs}}


@pytest.mark.parametrize("state", [{}, key_in_state("v=DKIM1; k=rsa; p=new")])
def test_a_key_of_ours_that_the_state_does_not_have_is_not_replaced(
    state: dict[str, dict[str, Any]],
) -> None:
    there = held("TXT", '"v=DKIM1; k=rsa; p=old"', KEY_NAME, comment=OURS)
    text = refused(there, state=state)
    assert 'there:  2026a._domainkey.example.com TXT "v=DKIM1; k=rsa; p=old"' in text
    assert "choose another selector in dkim[0].selector" in text
    assert "add dkim-keys to tapal:allow" in text


def test_a_key_whose_record_alone_the_state_lacks_is_taken_as_it_is() -> None:
    """As after a run that was killed between the record's creation and the state's next copy."""
    there = held("TXT", '"v=DKIM1; k=rsa; p=same"', KEY_NAME, comment=OURS)
    record = run(there, state=key_in_state("v=DKIM1; k=rsa; p=same"))
    assert there["id"] in record.named("dns: DKIM 2026a of example.com").imported


def test_a_key_may_be_replaced_if_the_stack_says_so() -> None:
    there = held("TXT", '"v=DKIM1; k=rsa; p=old"', KEY_NAME, comment=OURS)
    data = {**stack(), "allow": ["dkim-keys"]}
    record = declare(data, world=World(records={DOMAIN: [there]}))
    assert there["id"] in record.named("dns: DKIM 2026a of example.com").imported


def test_a_zone_that_cannot_be_looked_at_is_named_with_its_cure() -> None:
    answers = {
        "example.com": "failed to find exactly one result: 0 found",
        "second.example": '403 Forbidden {"errors": [{"code": 9109, "message": "Unauthorized"}]}',
        "third.example": 'Get "https://…": connection refused',
    }
    with pytest.raises(Refusal, match="3 things") as said:
        declare(STACK, world=World(refused=answers))
    text = str(said.value)
    assert "domains: example.com, name: the API token opens no zone called example.com" in text
    assert (
        "domains: second.example, name: Cloudflare refuses the API token for second.example: Unauth"
        in text
    )
    assert "domains: third.example, name: the zone third.example cannot be looked at" in text
    assert ZONE_UNREACHABLE.cure in text


GO = "dial tcp: lookup api.cloudflare.com"


@pytest.mark.parametrize(
    ("why", "by"),
    [
        ("[Errno -2] Name or service not known", ""),
        ("[Errno -3] Temporary failure in name resolution", ""),
        (f"{GO} on 10.0.0.1:53: server misbehaving", "(10.0.0.1)"),
        (f"{GO} on [2001:db8::53]:53: read udp: i/o timeout", "([2001:db8::53])"),
        (f"{GO}: no such host", ""),
    ],
)
def test_a_name_server_that_is_down_is_not_told_as_cloudflare_s_outage(why: str, by: str) -> None:
    answer = f'GET "https://api.cloudflare.com/client/v4/zones?name=example.com": {why}'
    with pytest.raises(Refusal) as said:
        declare(STACK, world=World(refused={"example.com": answer}))
    text = str(said.value)
    assert "this machine did not find api.cloudflare.com by its name server" in text
    assert by in text
    assert "getent hosts api.cloudflare.com" in text
    assert "cloudflarestatus" not in text


def test_a_host_s_own_zone_is_looked_at_too() -> None:
    host = {**STACK["host"], "name": "smtp.example.net"}
    world = World(records={"example.net": [held("AAAA", "2001:db8::8", "smtp.example.net")]})
    with pytest.raises(Refusal, match=r"host\.ipv6"):
        declare(stack(host=host), world=world)


def test_each_zone_is_asked_once_and_all_at_the_same_time(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    all_three = threading.Barrier(3, timeout=10)  # broken if one waits for another's answer
    real = MockMonitor.Invoke

    def count(monitor: MockMonitor, request: ResourceInvokeRequest) -> object:
        asked.append(request.tok.rpartition(":")[2])
        if asked[-1] == "getZone":
            all_three.wait()
        return real(monitor, request)  # type: ignore[no-untyped-call]

    monkeypatch.setattr(MockMonitor, "Invoke", count)
    declare(STACK)
    assert sorted(asked) == ["getDnsRecords"] * 3 + ["getZone"] * 3 + ["readStackResourceOutputs"]


def test_a_memory_changes_only_with_what_it_remembers() -> None:
    provider = PreviousRecordsProvider()
    olds = {"zone_id": "z", "name": "a", "kind": "spf", "stack": "s", "records": [{"ttl": 1.0}]}
    assert not provider.diff("", olds, {**olds, "records": [{"ttl": 1}]}).changes
    assert provider.diff("", olds, {**olds, "records": []}).changes
    assert provider.diff("", olds, {**olds, "zone_id": "y"}).replaces == ["zone_id"]
    assert RemovedMxProvider().diff("", olds, olds).changes is False


def test_the_memorys_place_never_moves() -> None:
    # The state of every stack refers to these by module and class.
    assert PreviousRecordsProvider.__module__ == "components.resources.previous_records"
    assert set(TYPES) == {"spf", "dmarc", "mx"}
    assert planning.MX_PRIORITY == 10
