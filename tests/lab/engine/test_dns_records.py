"""DnsRecord through the real engine and the lab's API: its life, spellings, refusals.

The rows hold for the official plugin and the stand-in alike; ``TAPAL_PLUGINS`` decides which one
is used.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from lab.cloudflare import errors
from lab.cloudflare.store import zone_id
from tests.lab.engine.dns import Arguments, Dns, Records
from tests.lab.engine.events import Resource
from tests.lab.engine.harness import Result

A = {"type": "A", "content": "203.0.113.1"}
LONG = " ".join(f'"{"k" * length}"' for length in (255, 255, 90))
TLSA = {"usage": 3, "selector": 1, "matchingType": 1, "certificate": "ab" * 32}


@dataclass(frozen=True, kw_only=True)
class Step:
    """One ``up`` in a record's life: what the program says, what the engine does about it."""

    title: str
    records: Records
    operations: tuple[str, ...]
    writes: tuple[str, ...] = ()


ELSEWHERE = {"name": "key.second.test", "zoneId": zone_id("second.test")}
Life = dict[str, tuple[Result, list[str]]]
BASE: dict[str, Arguments] = {
    "a": {"name": "a.tapal.test", **A},
    "mx": {"name": "tapal.test", "type": "MX", "content": "a.tapal.test", "priority": 10},
    "srv": {
        "name": "_submissions._tcp.tapal.test",
        "type": "SRV",
        "data": {"priority": 0, "weight": 1, "port": 465, "target": "a.tapal.test"},
        "priority": 0,
    },
    "tlsa": {"name": "_25._tcp.a.tapal.test", "type": "TLSA", "data": TLSA},
    "key": {"name": "key.tapal.test", "type": "TXT", "content": LONG},
}
CHANGED = {
    **BASE,
    "a": {**BASE["a"], "content": "203.0.113.2", "comment": "moved"},
    "mx": {**BASE["mx"], "priority": 20},
    "tlsa": {**BASE["tlsa"], "data": {**TLSA, "usage": 2}},
}
LIFE = (
    Step(
        title="create",
        records=BASE,
        operations=("create a", "create mx", "create srv", "create tlsa", "create key"),
        writes=("POST 200",) * 5,
    ),
    Step(title="nothing changed", records=BASE, operations=()),
    Step(
        title="update in place",
        records=CHANGED,
        operations=(
            "update a: comment, commentModifiedOn, content, modifiedOn",
            "update mx: modifiedOn, priority",
            "update tlsa: data.usage, modifiedOn",
        ),
        writes=("PUT 200",) * 3,
    ),
    Step(
        title="another zone replaces",
        records={**CHANGED, "key": {**BASE["key"], **ELSEWHERE}},
        operations=(
            "create-replacement key",
            "replace key: name, zoneId",
            "delete-replaced key",
        ),
        writes=("POST 200", "DELETE 200"),
    ),
    Step(
        title="delete",
        records={"a": CHANGED["a"]},
        operations=("delete key", "delete tlsa", "delete srv", "delete mx"),
        writes=("DELETE 200",) * 4,
    ),
)


@pytest.fixture(scope="module")
def life(dns: Dns) -> Life:
    """How each step went, and what it wrote; then nothing of it is left."""
    results = {}
    for step in LIFE:
        dns.writes()
        results[step.title] = dns.up(step.records).checked(), dns.writes()
    assert [record["name"] for record in dns.served()] == ["a.tapal.test"]
    dns.project.destroy().checked()
    assert dns.served() == []
    return results


@pytest.mark.parametrize("step", LIFE, ids=[step.title for step in LIFE])
def test_life(life: Life, step: Step) -> None:
    result, writes = life[step.title]
    assert sorted(operations(result)) == sorted(step.operations)
    assert sorted(writes) == sorted(step.writes)


def operations(result: Result) -> list[str]:
    """Return what was done to which record, and for a change the properties that differ."""
    done = [one for one in result.report.resources if one.op not in {"same", "refresh"}]
    return [f"{one.op} {one.name}" + _differing(one) for one in done]


def _differing(step: Resource) -> str:
    shown = step.diff if step.op in {"update", "replace"} else ()
    return f": {', '.join(shown)}" if shown else ""


@dataclass(frozen=True, kw_only=True)
class Spelling:
    """A way to write a record: the property that comes back in another form, if any does."""

    record: Arguments
    drifts: str = ""


SPELLINGS = {
    "quoted": Spelling(record={"name": "q.tapal.test", "type": "TXT", "content": '"v=1"'}),
    "chunked": Spelling(record={"name": "l.tapal.test", "type": "TXT", "content": LONG}),
    "unquoted": Spelling(
        record={"name": "u.tapal.test", "type": "TXT", "content": "v=1"}, drifts="content"
    ),
    "unsplit": Spelling(
        record={"name": "s.tapal.test", "type": "TXT", "content": f'"{"k" * 600}"'},
        drifts="content",
    ),
    "capitals": Spelling(record={"name": "Caps.tapal.test", **A}, drifts="name"),
    "dot": Spelling(record={"name": "dot.tapal.test.", **A}, drifts="name"),
    "relative": Spelling(record={"name": "relative", **A}),
}


@pytest.fixture(scope="module")
def respelled(dns: Dns) -> Result:
    """The preview of an unchanged program whose records have just been made."""
    records = {name: spelling.record for name, spelling in SPELLINGS.items()}
    dns.up(records).checked()
    previewed = dns.preview(records).checked()
    dns.project.destroy().checked()
    return previewed


@pytest.mark.parametrize("name", SPELLINGS)
def test_spelling(respelled: Result, name: str) -> None:
    updates = {one.name: one.diff for one in respelled.report.resources if one.op == "update"}
    drifts = SPELLINGS[name].drifts
    assert updates.get(name) == (tuple(sorted((drifts, "modifiedOn"))) if drifts else None)


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """A record the API refuses, and the problem it names."""

    record: Arguments
    problem: errors.Problem


REFUSALS = {
    "identical": Refusal(record={"name": "there.tapal.test", **A}, problem=errors.IDENTICAL),
    "beside-cname": Refusal(record={"name": "alias.tapal.test", **A}, problem=errors.CNAME_TAKEN),
    "cname-beside": Refusal(
        record={"name": "there.tapal.test", "type": "CNAME", "content": "x.example"},
        problem=errors.HOST_TAKEN,
    ),
    # Between what the plugin lets through (Enterprise zones have 30) and what the API takes.
    "ttl": Refusal(record={"name": "ttl.tapal.test", "ttl": 30, **A}, problem=errors.BAD_TTL),
    "priority": Refusal(
        record={"name": "mx.tapal.test", "type": "MX", "content": "mx.example"},
        problem=errors.required("priority"),
    ),
}


@pytest.fixture(scope="module")
def refused(dns: Dns) -> Iterator[Result]:
    """One ``up`` with every refused record, and one good one."""
    foreign = [
        dns.foreign(name="there", **A),
        dns.foreign(name="alias", type="CNAME", content="x.example"),
    ]
    records = {name: {**refusal.record} for name, refusal in REFUSALS.items()}
    yield dns.up({"good": {"name": "good.tapal.test", **A}, **records}, "--continue-on-error")
    dns.project.destroy().checked()
    for identifier in foreign:
        dns.api.client.delete(f"{dns.api.zone}/dns_records/{identifier}")


@pytest.mark.parametrize("name", REFUSALS)
def test_refusal(refused: Result, name: str) -> None:
    problem = REFUSALS[name].problem
    said = [one.message for one in refused.report.said if one.name == name]
    assert refused.status != 0
    assert name in refused.report.failed
    assert len(said) == 2
    assert said[0].startswith("[ERROR] POST ")
    assert "failed to make http request: POST " in said[1]
    for message in said:
        assert "failed to make http request" in message
        assert "400 Bad Request" in message
        assert f'"code":{problem.code}' in message.replace('": ', '":')
        assert problem.message in message


def test_a_refusal_stops_no_other_record(refused: Result, dns: Dns) -> None:
    assert "good" not in refused.report.failed
    assert [record["name"] for record in dns.served(name="good.tapal.test")]
