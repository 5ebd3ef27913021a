"""A stack of domains on another stack's host (``tapal:hostStack``)."""

from typing import Any

import pulumi
import pytest

from components.host import host_stack
from components.refusal import Refusal
from settings import settings
from tests.components.example import STACK, declare
from tests.components.recorder import Record, World

HOST = {"name": "smtp.tapal.test", "ipv4": "203.0.113.10", "ipv6": "2001:db8:113::10"}
DOMAIN = {"hostStack": "lab", "domains": [{"name": "example.com", "accounts": ["post"]}]}


def on_host(told: dict[str, Any] | None, *, preview: bool = False) -> Record:
    """Declare the domain's stack while the host's stack, ``lab``, has the output ``told``."""
    stacks = {} if told is None else {"organization/tapal/lab": {"host": told} if told else {}}
    return declare(DOMAIN, preview=preview, world=World(stacks=stacks))


def test_only_the_domain_is_declared() -> None:
    record = on_host(HOST)
    components = {item.name for item in record.resources if item.type.startswith("tapal:")}
    assert components == {
        "mail: example.com",
        "keys: example.com",
        "dns: example.com",
        "service: domains",
    }
    assert not [item for item in record.resources if "server" in item.name]
    assert ("example.com", "MX", "smtp.tapal.test") in record.records("MX")


def test_its_folder_is_claimed_on_the_other_stacks_server() -> None:
    folder = on_host(HOST).named("mail: folder of example.com")
    assert folder.inputs["data"] == "domain=example.com\nstack=test\nserver=smtp.tapal.test\n"


def test_it_sees_whether_the_server_runs_and_takes_up_its_files() -> None:
    started = on_host(HOST).named("chasquid: start with the domains")
    assert started.inputs["facts"]["chasquid.service"] == "running, enabled"
    assert "revision-of-file: /etc/chasquid/domains/example.com/users" in started.inputs["after"]


@pytest.mark.parametrize(
    ("told", "words"),
    [
        (None, "lab was never brought up. Cure: `pulumi up --stack lab` first"),
        ({}, "lab was never brought up"),
        (HOST | {"ipv4": "203.0.113.99"}, "(ipv4 203.0.113.99 → 203.0.113.10)"),
    ],
)
def test_before_the_host_is_up_nothing_is_declared(told: dict[str, Any], words: str) -> None:
    with pytest.raises(Refusal) as said:
        on_host(told)
    assert words in str(said.value)


@pytest.mark.parametrize("told", [None, HOST | {"ipv4": "203.0.113.99"}])
def test_a_preview_shows_what_would_come_all_the_same(told: dict[str, Any] | None) -> None:
    assert on_host(told, preview=True).named("mail: folder of example.com")


def test_other_trouble_with_the_host_s_stack_is_not_taken_for_a_missing_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("the state cannot be reached")

    monkeypatch.setattr(pulumi.runtime, "invoke", fail)
    with pytest.raises(RuntimeError, match="the state cannot be reached"):
        on_host(HOST, preview=True)


def test_a_stack_with_a_host_tells_others_of_it() -> None:
    told: dict[str, Any] = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pulumi, "export", told.__setitem__)
        declare(STACK)
    expected = {"name": "smtp.example.com", "ipv4": "198.51.100.7", "ipv6": "2001:db8::7"}
    assert told["host"] == expected


def test_a_move_to_another_server_is_worth_a_word() -> None:
    host = settings.Host.model_validate({**STACK["host"], "name": "smtp.new.example"})

    def state(name: str) -> dict[str, Any]:
        return {"urn": {"type": "pulumi:pulumi:Stack", "outputs": {"host": {"name": name}}}}

    (found,) = host_stack.moved(host, state("smtp.old.example"))
    assert found.level == "warning"
    assert "from smtp.old.example to smtp.new.example" in found.reason
    assert host_stack.moved(host, state("smtp.new.example")) == []
    assert host_stack.moved(host, {}) == []
