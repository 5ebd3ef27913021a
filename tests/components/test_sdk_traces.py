"""What the SDK tells of the program itself is left out; the pinned one has what is replaced."""

import importlib.util
from types import ModuleType

import pulumi
import pytest
from pulumi.runtime import resource as registration
from pulumi.runtime.proto import source_pb2

from components import sdk_traces
from tests.components.recorder import run


def fresh(module: ModuleType) -> ModuleType:
    """Return the module as it is installed, whatever was replaced in the one that is in use."""
    spec = module.__spec__
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The SDK as it comes, and what it says."""
    said: list[str] = []
    original = getattr(fresh(registration), sdk_traces.STACK_TRACE)
    monkeypatch.setattr(registration, sdk_traces.STACK_TRACE, original)
    monkeypatch.setattr(pulumi.log, "debug", lambda message, *_, **__: said.append(message))
    return said


class Declared(pulumi.ComponentResource):
    """A component of a class of its own: the SDK looks for the third constructor."""

    def __init__(self) -> None:
        super().__init__("tapal:test:Declared", "one")


def traced() -> bool:
    """Declare a component, and tell whether the engine was told where."""
    return run(Declared).named("one").traced


def test_the_pinned_sdk_has_what_is_replaced(said: list[str]) -> None:
    assert isinstance(getattr(registration, sdk_traces.STACK_TRACE)(), source_pb2.StackTrace)
    assert traced()
    assert any("registering resource" in message for message in said)


def test_neither_is_told(said: list[str]) -> None:
    sdk_traces.leave_out({})
    assert not traced()
    assert said == []


def test_both_are_kept_on_demand(said: list[str]) -> None:
    sdk_traces.leave_out({"TAPAL_TRACES": "true"})
    assert traced()
    assert said


def test_a_renamed_function_is_no_fault(said: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sdk_traces, "STACK_TRACE", "_is_called_otherwise_by_now")
    sdk_traces.leave_out({})
    assert traced()
    assert not hasattr(registration, "_is_called_otherwise_by_now")
    assert said == []
