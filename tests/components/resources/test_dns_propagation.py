"""Which records are waited for: all at first, then those that have changed."""

from typing import Any

import pytest

from components.dns import name_servers
from components.resources.dns_propagation import DnsPropagationProvider

ONE: dict[str, Any] = {"type": "TXT", "values": {"a.example": ["1"], "b.example": ["2"]}}


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    asked: list[str] = []
    monkeypatch.setattr(name_servers, "wait", lambda name, *_: asked.append(name))
    return asked


def test_all_are_waited_for_at_first(asked: list[str]) -> None:
    DnsPropagationProvider().create(ONE)
    assert asked == ["a.example", "b.example"]


def test_a_key_that_goes_is_not_held_up(asked: list[str]) -> None:
    left = {**ONE, "values": {"b.example": ["2"]}}
    assert DnsPropagationProvider().diff("", ONE, left).changes
    DnsPropagationProvider().update("", ONE, left)
    assert asked == []


def test_one_that_comes_is_waited_for_alone(asked: list[str]) -> None:
    more = {**ONE, "values": {**ONE["values"], "c.example": ["3"]}}
    DnsPropagationProvider().update("", ONE, more)
    assert asked == ["c.example"]
