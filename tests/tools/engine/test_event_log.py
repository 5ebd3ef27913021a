"""Which previews leave nothing to do: the engine's own words, as they were recorded."""

import json
from pathlib import Path

import pytest

from tools.engine.event_log import REFRESH, STACK, EventLogError, Follower, proposal

FILE = "pulumi-python:dynamic:Resource"
SECRET = {"ciphertext": "[secret]"}


def result(op: str, kind: str, old: object, new: object) -> dict[str, object]:
    wrapped = [None if one is None else {"outputs": one} for one in (old, new)]
    step = {"op": op, "type": kind, "urn": "u", "old": wrapped[0], "new": wrapped[1]}
    return {"resOutputsEvent": {"metadata": step}}


def ended(**counted: int) -> dict[str, object]:
    return {"summaryEvent": {"resourceChanges": counted}}


def begun(*, was: bool, becomes: bool) -> dict[str, object]:
    """A step on a key that is the same, as the engine announces it: a false value is left out."""
    old, new = ({"protect": True} if one else {} for one in (was, becomes))
    return {"resourcePreEvent": {"metadata": {"op": "same", "type": FILE, "old": old, "new": new}}}


OUTPUTS = {"host": "a", "passwords": SECRET}
FIRST = result("same", STACK, OUTPUTS, {})  # as the stack is announced

NONE = {
    "all the same": [FIRST, result("same", STACK, OUTPUTS, OUTPUTS), ended(same=3)],
    "read back as it was": [result(REFRESH, FILE, {"text": "a"}, {"text": "a"}), ended(same=3)],
    "read back by the stack itself": [result(REFRESH, STACK, OUTPUTS, {}), ended(same=3)],
    "an empty stack": [ended()],
    "protected as before": [begun(was=True, becomes=True), ended(same=3)],
}
SOME = {
    "a resource": [ended(same=3, update=1)],
    "a replacement": [ended(**{"same": 3, "create-replacement": 1})],
    "an output": [FIRST, result("same", STACK, OUTPUTS, {"host": "b"}), ended(same=3)],
    # By hand, just as the stack's file says now: the state has yet to hear of it.
    "a file that changed along": [
        result(REFRESH, FILE, {"text": "a"}, {"text": "b"}),
        ended(same=3),
    ],
    "a protection that is lifted": [begun(was=True, becomes=False), ended(same=3)],
    "a protection that is given": [begun(was=False, becomes=True), ended(same=3)],
    "a file that went along": [result(REFRESH, FILE, {"text": "a"}, None), ended(same=3)],
}


@pytest.mark.parametrize("events", NONE.values(), ids=NONE)
def test_nothing_to_do(events: list[dict[str, object]]) -> None:
    assert proposal(events).is_empty


@pytest.mark.parametrize("events", SOME.values(), ids=SOME)
def test_something_to_do(events: list[dict[str, object]]) -> None:
    assert not proposal(events).is_empty


def test_drift_is_what_was_read_back_otherwise() -> None:
    drifted = {name for name, one in SOME.items() if proposal(one).has_drift}
    assert drifted == {"a file that changed along", "a file that went along"}


@pytest.mark.parametrize(
    ("op", "kind", "hides"),
    [
        ("update", FILE, True),
        ("delete", FILE, True),
        ("same", FILE, False),
        ("create", FILE, False),
        ("update", "pulumi:providers:pulumi-python", False),
        ("update", STACK, False),
    ],
)
def test_a_change_of_a_secret_may_be_drift(op: str, kind: str, hides: bool) -> None:
    """A file whose text was changed by hand is read back, and written, as the same ``[secret]``."""
    step = result(op, kind, {"content": SECRET}, {"content": SECRET})
    assert proposal([step, ended(same=3, update=1)]).has_drift == hides
    plain = result(op, kind, {"content": "a"}, {"content": "a"})
    assert not proposal([plain, ended(same=3, update=1)]).has_drift


@pytest.mark.parametrize("text", ["", "{}\n", '{"summaryEvent":', "[]\n", None])
def test_half_a_log_tells_nothing(tmp_path: Path, text: str | None) -> None:
    file = tmp_path / "events.json"
    if text is not None:
        file.write_text(text)
    with pytest.raises(EventLogError, match="no summary"):
        proposal(Follower(file).new())


def test_a_log_is_read_while_it_is_written(tmp_path: Path) -> None:
    file = tmp_path / "events.json"
    follower = Follower(file)
    first, second = (json.dumps(one) + "\n" for one in (FIRST, ended(same=3)))
    assert follower.new() == []
    file.write_text(first + second[:9])
    assert follower.new() == [FIRST]
    file.write_text(first + second)
    assert follower.new() == [ended(same=3)]
    assert follower.new() == []
