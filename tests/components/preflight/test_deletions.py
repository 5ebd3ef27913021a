"""What the program declared, taken as its state, guards itself: the same settings lose nothing."""

from collections.abc import Callable
from typing import Any

import pytest

from components.refusal import Refusal
from mail.zone import deletions, owner
from tests.components.example import STACK, declare, stack
from tests.components.recorder import Record, World

KEYS = "tapal:dns:DkimKeys"
Stack = dict[str, Any]


def state_of(record: Record) -> dict[str, dict[str, Any]]:
    """Return what a state holds after ``record``: what was declared, and who stands above it."""
    types = {one.urn: one.type for one in record.resources}
    state: dict[str, dict[str, Any]] = {}
    for one in record.resources:
        kinds = f"{types[one.parent]}${one.type}" if one.parent in types else one.type
        urn = f"urn:pulumi:test::tapal::{kinds}::{one.name}"
        state[urn] = {"type": one.type, "outputs": record.outputs.get(one.urn, one.inputs)}
    return state


def guarded(before: Stack, after: Stack, **allow: list[str]) -> str:
    """Return what is said to ``after`` where ``before`` was brought up; empty if nothing."""
    world = World(state=state_of(declare(before)))
    try:
        declare(after | allow, world=world)
    except Refusal as error:
        return str(error)
    return ""


def test_the_same_settings_lose_nothing() -> None:
    assert guarded(STACK, STACK) == ""


def test_what_is_said_in_other_words_is_no_loss() -> None:
    changed = stack()
    domain = changed["domains"][0]
    domain["dmarc"] = {"policy": "reject"}
    domain["spf"] = {"include": []}
    domain["dkim"][0]["state"] = "retired"
    changed["host"]["ipv4"] = "198.51.100.8"
    assert guarded(STACK, changed) == ""


def test_the_state_holds_every_record_but_those_of_the_keys() -> None:
    said = guarded(STACK, stack(domains=[], host={**STACK["host"], "zone": "example.com"}))
    for domain, records in {
        "example.com": "_dmarc.example.com TXT (DMARC), example.com MX (smtp.example.com), "
        "example.com TXT (SPF)",
        "second.example": "_dmarc.second.example TXT (DMARC), second.example TXT (SPF)",
        "third.example": "_dmarc.third.example TXT (DMARC), third.example MX (mx1.example.net), "
        "third.example MX (mx2.example.net), third.example TXT (SPF)",
    }.items():
        number = records.count(",") + 1
        assert f"- {domain}: all of its {number} mail records would be deleted: {records}" in said
    assert "DKIM keys 2025a (retired), 2026a (active), 2026e (active), 2027a (published)" in said
    assert "the plan has 6 things to put right; nothing was touched" in said


def without(*selectors: str) -> Stack:
    """Return the example without these keys."""
    changed = stack()
    keys = changed["domains"][0]["dkim"]
    changed["domains"][0]["dkim"] = [key for key in keys if key["selector"] not in selectors]
    return changed


def another_algorithm() -> Stack:
    changed = stack()
    changed["domains"][0]["dkim"][2]["algorithm"] = "ed25519"
    return changed


def another_host() -> Stack:
    return stack(host={**STACK["host"], "name": "mail.example.com"})


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda: without("2025a"), "example.com: its retired DKIM key 2025a would be deleted"),
        (lambda: without("2026a"), "example.com: its DKIM key 2026a (active) would be deleted for"),
        (another_algorithm, "2027a (published) would be replaced by one of another algorithm"),
        (
            another_host,
            "- host: 3 of its 4 mail records would be deleted: smtp.example.com A, smtp",
        ),
    ],
)
def test_a_loss_is_refused(change: Callable[[], Stack], words: str) -> None:
    assert words in guarded(STACK, change())


def test_another_zone_means_other_records() -> None:
    domain: Stack = {"name": "a.example.org", "mx": "keep"}
    said = guarded(stack(domains=[domain]), stack(domains=[domain | {"zone": "example.org"}]))
    assert "a.example.org: all of its 2 mail records would be deleted" in said


def test_a_retired_key_needs_the_permission_alone() -> None:
    assert guarded(STACK, without("2025a"), allow=[deletions.DKIM_KEYS]) == ""


def test_another_key_needs_a_run_that_lifts_its_protection() -> None:
    said = guarded(STACK, without("2026a"), allow=[deletions.DKIM_KEYS])
    assert "its DKIM key 2026a (active) would be deleted while still protected" in said
    lifted = stack(allow=[deletions.DKIM_KEYS])
    assert guarded(lifted, without("2026a"), allow=[deletions.DKIM_KEYS]) == ""


def test_both_permissions_let_a_domain_go() -> None:
    changed = stack(domains=STACK["domains"][:2])
    both = [deletions.DKIM_KEYS, deletions.MAIL_RECORDS]
    assert guarded(stack(allow=both), changed, allow=both) == ""
    assert "third.example" in guarded(stack(allow=both), changed, allow=[deletions.DKIM_KEYS])


def test_a_record_that_was_there_before_us_is_not_ours_to_lose() -> None:
    world = World(state=state_of(declare(STACK)))
    for resource in world.state.values():
        if "comment" in resource["outputs"]:
            resource["outputs"] = resource["outputs"] | {"comment": "by hand"}
    kept = stack(allow=[deletions.DKIM_KEYS])
    kept["domains"] = kept["domains"][:2]
    with pytest.raises(Refusal) as said:
        declare(kept, world=world)
    assert "mail records" not in str(said.value)


def test_a_renamed_stack_has_what_it_had() -> None:
    world = World(state=state_of(declare(STACK)))
    for resource in world.state.values():
        if "comment" in resource["outputs"]:
            resource["outputs"] = resource["outputs"] | {"comment": owner.comment("before")}
    with pytest.raises(Refusal, match="of its 4 mail records would be"):
        declare(stack(domains=STACK["domains"][:2]), world=world)


def kept(*, taken: bool) -> str:
    """Return what is said where a domain's SPF and DMARC are to be kept, and were ours until now.

    Args:
        taken: whether ours took the place of others, which now come back.
    """
    there = [
        {"name": "second.example", "type": "TXT", "content": '"v=spf1 mx ~all"', "id": "1"},
        {
            "name": "_dmarc.second.example",
            "type": "TXT",
            "content": '"v=DMARC1; p=none"',
            "id": "2",
        },
    ]
    data = stack(
        domains=[STACK["domains"][1] | {"existing": {"spf": "replace", "dmarc": "replace"}}]
    )
    data["domains"][0]["dmarc"] = {"policy": "reject"}
    before = declare(data, world=World(records={"second.example": there if taken else []}))
    ours = [
        {key: one.plain(key) for key in ("name", "type", "content", "comment")} | {"id": one.name}
        for one in before.of_type("DnsRecord")
        if one.inputs["zoneId"] == "zone-of-second.example"
    ]
    assert len(ours) == 2 + len(STACK["domains"][1].get("dkim", "12"))
    data["domains"][0]["existing"] = {"spf": "keep", "dmarc": "keep"}
    try:
        declare(data, world=World(records={"second.example": ours}, state=state_of(before)))
    except Refusal as error:
        return str(error)
    return ""


def test_a_place_that_is_given_back_is_no_loss() -> None:
    assert kept(taken=True) == ""


def test_keeping_what_is_not_there_is_a_loss() -> None:
    assert "second.example: all of its 2 mail records would be deleted" in kept(taken=False)


def test_an_empty_state_guards_nothing() -> None:
    declare(STACK, world=World(state={}))
