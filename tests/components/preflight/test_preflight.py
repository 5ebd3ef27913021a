"""All that speaks against a run is said at once: of zones, of what would be lost, of the DNS."""

from collections.abc import Sequence

import pytest

from components.refusal import Refusal
from mail.resolve import UnansweredError
from tests.components.example import STACK, declare, friendly, stack
from tests.components.preflight.test_deletions import state_of
from tests.components.recorder import World

SPF = {
    "id": "1",
    "name": "example.com",
    "type": "TXT",
    "content": '"v=spf1 include:_old.test ~all"',
    "createdOn": "2026-01-02T03:04:05Z",
}


def answer(name: str, kind: str) -> Sequence[str]:
    """Answer with a CNAME for one MX target, and one include that leads nowhere."""
    known = {("mx1.example.net", "CNAME"): ["a.example.net"], ("_old.test", "TXT"): []}
    return known.get((name, kind), friendly(name, kind))


def test_everything_in_one_message() -> None:
    state = state_of(declare(STACK))
    changed = stack()
    del changed["domains"][1]
    world = World(state=state, records={"example.com": [SPF]})
    with pytest.raises(Refusal) as said:
        declare(changed, world=world, resolve=answer)
    text = str(said.value)
    assert "the plan has 4 things to put right; nothing was touched:" in text
    assert text.index("has another SPF record already") < text.index("second.example: all of")
    assert text.index("second.example: its DKIM keys") < text.index("mx1.example.net is a CNAME")


def test_the_record_that_is_judged_is_the_one_that_will_be() -> None:
    merged = stack()
    merged["domains"][0]["existing"] = {"spf": "merge"}
    world = World(records={"example.com": [SPF]})
    with pytest.raises(Refusal) as said:
        declare(merged, world=world, resolve=answer)
    assert "domains: example.com, spf: _old.test has no SPF record" in str(said.value)
    merged["domains"][0]["existing"] = {"spf": "replace"}
    with pytest.raises(Refusal) as said:
        declare(merged, world=world, resolve=answer)
    assert "_old.test" not in str(said.value)


def test_a_zone_that_cannot_be_looked_at_loses_nothing() -> None:
    state = state_of(declare(STACK))
    world = World(state=state, refused={"second.example": "exactly one result"})
    with pytest.raises(Refusal) as said:
        declare(STACK, world=world, resolve=answer)
    assert "opens no zone called second.example" in str(said.value)
    assert "would be deleted" not in str(said.value)
    assert "mx1.example.net is a CNAME" in str(said.value)


def test_what_could_not_be_asked_is_one_warning(caplog: pytest.LogCaptureFixture) -> None:
    def silent(_name: str, _kind: str) -> Sequence[str]:
        raise UnansweredError("no answer in time")

    declare(STACK, resolve=silent)
    said = [one.message for one in caplog.records if "was not checked" in one.message]
    (warning,) = dict.fromkeys(said)
    assert warning.startswith("the DNS gave no answer (no answer in time), so this was not checked")


def test_a_warning_of_a_plan_can_be_ignored(caplog: pytest.LogCaptureFixture) -> None:
    def silent(_name: str, _kind: str) -> Sequence[str]:
        raise UnansweredError("no answer in time")

    declare(stack(ignore={"dns-unanswered": "previews run where there is no DNS"}), resolve=silent)
    said = [one.message for one in caplog.records]
    assert said
    assert not [one for one in said if "was not checked" in one]


def test_consent_is_asked_for_only_where_it_is_missing(caplog: pytest.LogCaptureFixture) -> None:
    elsewhere = stack()
    elsewhere["domains"][0]["dmarc"]["aggregateReports"] = ["d@yes.test", "d@no.test"]

    def agreed(name: str, kind: str) -> Sequence[str]:
        return ["v=DMARC1;"] if name.endswith("dmarc.yes.test") else friendly(name, kind)

    declare(elsewhere, resolve=agreed)
    said = " ".join(one.message for one in caplog.records)
    assert "no.test does not agree to reports on example.com" in said
    assert "yes.test" not in said
