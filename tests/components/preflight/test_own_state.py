"""The stack's own state, read while the engine may be writing it."""

from typing import Any

import pulumi
import pytest

from components.dns.cloudflare_plugin import RECORD_TYPE
from components.preflight import own_state


class Answer:
    """What the SDK gives back."""

    value = {"outputs": {"urn": {"type": RECORD_TYPE, "outputs": {"name": "a"}}}}  # noqa: RUF012


@pytest.fixture(autouse=True)
def _no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(own_state, "PAUSE", 0.0)


def answering(monkeypatch: pytest.MonkeyPatch, *errors: str) -> list[str]:
    """Have the engine fail with each of ``errors`` once, then answer; return who asked."""
    asked: list[str] = []
    pending = list(errors)

    def invoke(_token: str, arguments: dict[str, Any]) -> Answer:
        asked.append(arguments["stackName"])
        if pending:
            raise RuntimeError(pending.pop(0))
        return Answer()

    monkeypatch.setattr(pulumi.runtime, "invoke", invoke)
    return asked


def test_a_state_that_is_just_being_written_is_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = answering(monkeypatch, *["failed to load checkpoint: EOF"] * 3)
    assert own_state.read().records == [{"name": "a"}]
    assert len(asked) == 4


def test_a_state_that_stays_broken_is_said_to_be(monkeypatch: pytest.MonkeyPatch) -> None:
    answering(monkeypatch, *["failed to load checkpoint: EOF"] * 99)
    with pytest.raises(RuntimeError, match="failed to load checkpoint"):
        own_state.read()


def test_other_trouble_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = answering(monkeypatch, "access denied", "access denied")
    with pytest.raises(RuntimeError, match="access denied"):
        own_state.read()
    assert len(asked) == 1
