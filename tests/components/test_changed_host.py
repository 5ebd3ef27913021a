"""A host that changes its name or loses its IPv6 address, once it is up."""

import copy
from typing import Any

import pytest

from components.dns import name_servers
from components.resources.dns_propagation import DnsPropagationProvider
from mail.zone import owner
from tests.components.example import declare, declared, stack
from tests.components.recorder import Record, World

HOST = "smtp.example.com"


def changed(*records: dict[str, Any], **host: object) -> Record:
    """Declare the example with these settings of its host, and these records in its zone."""
    data = stack()
    data["host"] = {**copy.deepcopy(data["host"]), **host}
    return declare(data, world=World(records={"example.com": list(records)}))


def test_a_record_that_stays_where_it_is_stays_the_same_resource() -> None:
    # As another resource it would be made a second time, and go only at the end of the run:
    # two SPF records at one name are none.
    before = {(one.inputs["name"], one.inputs["type"]): one.name for one in records(declared())}
    after = changed(name="mail.example.com")
    for one in records(after):
        where = one.inputs["name"], one.inputs["type"]
        if where[1] != "MX":
            assert before.get(where, one.name) == one.name
    assert ("_spf.example.com", "TXT") in before


def records(record: Record) -> list[Any]:
    return record.of_type("DnsRecord")


@pytest.mark.parametrize(
    ("script", "first"), [("chasquid-domain", "domain"), ("certificate", "name")]
)
def test_what_lies_on_the_host_under_its_old_name_is_undone(script: str, first: str) -> None:
    # Only a resource of its own is: the update of a step runs it again, with other data.
    (step,) = (
        one
        for one in declared().of_type("HostStep")
        if one.inputs["step"] == script and one.inputs["data"].startswith(f"{first}={HOST}\n")
    )
    assert "delete" in step.inputs["actions"]
    assert step.name not in {one.name for one in changed(name="mail.example.com").resources}


def served(record: Record, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the questions that the wait for the host's AAAA asks."""
    asked: list[str] = []
    monkeypatch.setattr(name_servers, "wait", lambda name, *_: asked.append(name))
    inputs = record.named("served: AAAA of smtp.example.com").inputs
    DnsPropagationProvider().create(inputs)
    DnsPropagationProvider().update("", {}, inputs)
    return asked


def test_no_address_is_waited_for_that_goes_last(monkeypatch: pytest.MonkeyPatch) -> None:
    # The engine deletes at the end of a run, which never came: the wait ended it.
    ours = {
        "id": "1",
        "name": HOST,
        "type": "AAAA",
        "content": "2001:db8::7",
        "comment": owner.comment("test"),
    }
    assert served(changed(ours, ipv6=None), monkeypatch) == []
    assert served(changed(ipv6=None), monkeypatch) == [HOST, HOST]
    assert served(changed(ours), monkeypatch) == [HOST, HOST]


def test_that_it_went_is_no_change_of_the_wait() -> None:
    one = {"type": "AAAA", "values": {HOST: []}}
    there = DnsPropagationProvider().diff("", {**one, "leaving": True}, {**one, "leaving": False})
    assert not there.changes
