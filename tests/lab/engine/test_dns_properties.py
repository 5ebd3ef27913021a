"""The Cloudflare stand-in's rules: property names, request bodies, what counts as a change."""

import inspect
import re

import pulumi_cloudflare
import pytest
from google.protobuf import json_format
from google.protobuf.struct_pb2 import Struct
from pulumi_cloudflare import outputs

from lab.engine.plugins import values
from lab.engine.plugins.cloudflare import dns_record
from lab.engine.plugins.cloudflare.dns_record import Difference
from lab.engine.plugins.cloudflare.provider import TOKEN
from lab.engine.plugins.values import UNKNOWN, Properties, Value

ZONE = "0" * 32
A: dict[str, Value] = {
    "zoneId": ZONE,
    "name": "a.tapal.test",
    "type": "A",
    "content": "203.0.113.1",
    "ttl": 300,
}
RECORD: dict[str, Value] = {
    "id": "1" * 32,
    "name": "a.tapal.test",
    "type": "A",
    "content": "203.0.113.1",
    "proxiable": True,
    "proxied": False,
    "ttl": 300,
    "settings": {},
    "meta": {},
    "comment": None,
    "tags": [],
    "created_on": "2026-01-01T00:00:00Z",
    "modified_on": "2026-01-01T00:00:00Z",
}


def sdk_names(kind: type) -> set[str]:
    """Return the property names, as the engine sees them, that an SDK class reads."""
    found = re.findall(
        r"@pulumi\.getter(?:\(name=\"(\w+)\"\))?\s+def (\w+)\(", inspect.getsource(kind)
    )
    return {name or attribute for name, attribute in found}


def test_properties_are_the_sdks() -> None:
    names = {*dns_record.ARGUMENTS, *dns_record.COMPUTED}
    assert names == sdk_names(pulumi_cloudflare.DnsRecord)
    assert set(dns_record.ARGUMENTS) == sdk_names(pulumi_cloudflare.DnsRecordArgs)


def test_data_members_are_the_sdks() -> None:
    for name in sdk_names(outputs.DnsRecordData):
        assert values.camel(values.snake(name)) == name


def test_what_is_sent() -> None:
    inputs = A | {"comment": "x", "includeShadowMetadata": True}
    sent = {
        "name": "a.tapal.test",
        "type": "A",
        "content": "203.0.113.1",
        "ttl": 300,
        "proxied": False,
        "comment": "x",
    }
    assert dns_record.new_body(inputs) == sent
    assert dns_record.full_body(inputs) == sent | {"settings": {}, "tags": []}


def test_data_is_sent_with_the_apis_names() -> None:
    data: Properties = {"matchingType": 1, "certificate": "ab", "selector": 1, "usage": 3}
    body = dns_record.new_body({**A, "type": "TLSA", "content": None, "data": data})
    assert "content" not in body
    assert body["data"] == {"matching_type": 1, "certificate": "ab", "selector": 1, "usage": 3}


def test_state_keeps_what_was_said_until_it_is_read_again() -> None:
    said = A | {"type": "TXT", "content": "v=1"}
    record = RECORD | {"type": "TXT", "content": '"v=1"'}
    assert dns_record.after_write(said, record)["content"] == "v=1"
    assert dns_record.from_record(record, zone_id=ZONE)["content"] == '"v=1"'


def test_import_leaves_no_difference() -> None:
    state = dns_record.from_record(RECORD | {"comment": "x"}, zone_id=ZONE)
    inputs = dns_record.inputs_of(state, {})
    assert inputs == A | {"comment": "x"}
    assert list(dns_record.differences(inputs, state)) == []


@pytest.mark.parametrize(
    ("said", "there"),
    [
        ({"name": "a"}, {}),
        ({"name": "@"}, {"name": "tapal.test"}),
        ({"proxied": False}, {}),
        ({"tags": []}, {"tags": None}),
        ({"settings": {"ipv4Only": False}}, {}),
        (
            {"type": "CNAME", "content": "Host.Example"},
            {"type": "CNAME", "content": "host.example"},
        ),
        ({}, {"tags": ["a:b"]}),
        ({}, {"meta": "{}", "modifiedOn": "later"}),
        (
            {"type": "SRV", "content": None, "data": {"priority": 0}},
            {"type": "SRV", "content": "0 0 x", "data": {"priority": 0, "port": 1}, "priority": 0},
        ),
    ],
)
def test_no_change(said: Properties, there: Properties) -> None:
    state = dns_record.from_record(RECORD, zone_id=ZONE) | dict(there)
    assert list(dns_record.differences({**A, **said}, state)) == []


@pytest.mark.parametrize(
    ("said", "there", "path", "kind"),
    [
        ({"content": "203.0.113.2"}, {}, "content", "update"),
        ({"content": UNKNOWN}, {}, "content", "update"),
        ({"type": "TXT", "content": "x"}, {"type": "TXT", "content": '"x"'}, "content", "update"),
        ({"name": "A.tapal.test"}, {}, "name", "update"),
        ({"name": "a.tapal.test."}, {}, "name", "update"),
        ({"ttl": 60}, {}, "ttl", "update"),
        ({"proxied": True}, {}, "proxied", "update"),
        ({}, {"proxied": True}, "proxied", "update"),
        ({"comment": "x"}, {}, "comment", "add"),
        ({}, {"comment": "x"}, "comment", "delete"),
        ({"type": "MX", "priority": 20}, {"type": "MX", "priority": 10}, "priority", "update"),
        ({"type": "MX"}, {"type": "MX", "priority": 10}, "priority", "delete"),
        ({"tags": ["a:b"]}, {"tags": []}, "tags", "update"),
        ({"tags": []}, {"tags": ["a:b"]}, "tags", "update"),
        ({"settings": {"ipv4Only": True}}, {}, "settings", "update"),
        ({"content": None, "data": {"usage": 2}}, {"data": {"usage": 3}}, "data.usage", "update"),
    ],
)
def test_change(said: Properties, there: Properties, path: str, kind: str) -> None:
    state = dns_record.from_record(RECORD, zone_id=ZONE) | dict(there)
    found = list(dns_record.differences({**A, **said}, state))
    assert found == [Difference(path=path, kind=kind)]


def test_another_zone_replaces() -> None:
    state = dns_record.from_record(RECORD, zone_id="1" * 32)
    assert list(dns_record.differences(A, state)) == [
        Difference(path="zoneId", kind="update", replaces=True)
    ]


def test_a_refresh_moves_the_inputs_that_were_given() -> None:
    state = dns_record.from_record(RECORD | {"content": "203.0.113.9"}, zone_id=ZONE)
    inputs = dns_record.inputs_of(state, A | {"name": "a"})
    assert inputs == A | {"name": "a", "content": "203.0.113.9"}


@pytest.mark.parametrize(
    ("wrong", "property_", "reason"),
    [
        ({"type": "SPF"}, "type", "must be one of"),
        ({"priority": 65536}, "priority", "between 0 and 65535"),
        ({"ttl": None}, "ttl", "Missing required property"),
    ],
)
def test_check(wrong: Properties, property_: str, reason: str) -> None:
    (failure,) = dns_record.check({**A, **wrong})
    assert failure.property == property_
    assert reason in failure.reason


def test_check_lets_through_what_is_not_known_yet() -> None:
    assert dns_record.check({**A, "type": UNKNOWN, "zoneId": UNKNOWN}) == []


def test_values_lose_secrets_and_keep_whole_numbers() -> None:
    secret: dict[str, Value] = {
        "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
        "value": {"n": 300.0},
    }
    struct = json_format.ParseDict({"a": secret, "b": [1.5, UNKNOWN], "c": None}, Struct())
    assert values.from_struct(struct) == {"a": {"n": 300}, "b": [1.5, UNKNOWN], "c": None}
    back = values.from_struct(values.to_struct({"x": 1, "y": None, "z": ["q"]}))
    assert back == {"x": 1, "z": ["q"]}


def test_a_state_is_one_that_the_official_plugin_goes_on_with() -> None:
    """It asks the state for the record's id, and keeps whole seconds of its creation."""
    record = {"id": "0f", "name": "a.tapal.test", "created_on": "2026-01-01T00:00:00.123456Z"}
    state = dns_record.from_record(record, zone_id="z")
    assert (state["id"], state["createdOn"]) == ("0f", "2026-01-01T00:00:00Z")


@pytest.mark.parametrize(
    ("token", "right"),
    [("a" * 39, False), ("a" * 40, True), ("-_" * 40, True), ("a" * 81, False), ("é" * 40, False)],
)
def test_a_token_has_40_to_80_letters(token: str, right: bool) -> None:
    assert bool(TOKEN.fullmatch(token)) == right
