"""What was there before comes back, once and whole."""

from dataclasses import replace

import pytest

from mail.zone import owner
from mail.zone.record import ZoneRecord
from mail.zone.restore import Changes, restore, to_remove

STACK = "lab"
OURS = owner.comment(STACK)
BEFORE = ZoneRecord(
    name="a.example", type="TXT", content='"v=spf1 mx -all"', ttl=3600, comment="old", id="1"
)
TAKEN = replace(BEFORE, content='"v=spf1 include:x.example -all"', ttl=1, comment=OURS)
OTHER = ZoneRecord(name="a.example", type="TXT", content='"hello"', id="2")
MX = ZoneRecord(name="a.example", type="MX", content="mx.example", priority=1, id="3")
OUR_MX = ZoneRecord(name="a.example", type="MX", content="smtp.a.example", comment=OURS, id="4")


def test_ours_becomes_what_it_was_in_place() -> None:
    assert restore("spf", [BEFORE], [OTHER, TAKEN], STACK) == Changes(puts=((TAKEN, BEFORE),))


def test_a_second_of_ours_goes() -> None:
    second = replace(TAKEN, id="9")
    changes = restore("spf", [BEFORE], [TAKEN, second], STACK)
    assert changes == Changes(puts=((TAKEN, BEFORE),), deletes=(second,))


def test_it_is_made_where_ours_is_gone() -> None:
    assert restore("spf", [BEFORE], [OTHER], STACK) == Changes(posts=(BEFORE,))


def test_again_changes_nothing() -> None:
    assert restore("spf", [BEFORE], [OTHER, BEFORE], STACK) == Changes()
    assert restore("mx", [MX], [MX, OTHER], STACK) == Changes()


def test_a_place_that_is_taken_is_left_and_told() -> None:
    new = replace(BEFORE, content='"v=spf1 a -all"', id="7")
    assert restore("spf", [BEFORE], [new], STACK) == Changes(taken=(new,))
    assert restore("spf", [BEFORE], [new, TAKEN], STACK) == Changes(deletes=(TAKEN,), taken=(new,))


def test_nothing_before_leaves_ours_alone() -> None:
    assert restore("mx", [], [OUR_MX], STACK) == Changes()


def test_mx_come_back_beside_ours() -> None:
    second = replace(MX, content="mx2.example", id="5")
    assert restore("mx", [MX, second], [OUR_MX, second], STACK) == Changes(posts=(MX,))


def test_an_mx_that_ours_names_as_well_comes_back_once_ours_is_gone() -> None:
    # Beside ours it would be an identical record, which Cloudflare refuses.
    second = replace(MX, content="mx2.example", id="5")
    for priority in (MX.priority, 30):
        ours = replace(MX, priority=priority, comment=OURS, id="8")
        assert restore("mx", [MX, second], [ours], STACK) == Changes(posts=(second,))
    assert restore("mx", [MX, second], [second], STACK) == Changes(posts=(MX,))


@pytest.mark.parametrize("content", ["mx.example", "MX.example."])
def test_what_ours_stand_beside_is_displaced_and_nothing_else(content: str) -> None:
    there = [replace(MX, content=content), OUR_MX, replace(MX, content="new.example", id="6")]
    assert to_remove([MX], there, STACK) == there[:1]
    assert to_remove([OUR_MX], [OUR_MX], STACK) == []
