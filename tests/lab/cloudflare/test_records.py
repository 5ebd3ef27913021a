"""How the API stores a record, and which it refuses, as Cloudflare does."""

import pytest

from lab.cloudflare import errors as problems
from tests.lab.cloudflare.process import Api, errors

LONG = "k" * 600
CAA = {"flags": 0, "tag": "ISSUE", "value": "letsencrypt.org"}
TLSA = {"usage": 3, "selector": 1, "matching_type": 1, "certificate": "AB" * 32}

Body = dict[str, object]
DEFAULTS: Body = {"ttl": 1, "proxied": False, "proxiable": True, "comment": None, "tags": []}


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        (
            {"name": "Www.TAPAL.test.", "type": "a", "content": "203.0.113.1"},
            {"name": "www.tapal.test", "type": "A"},
        ),
        (
            {"name": "@", "type": "AAAA", "content": "2001:DB8:0::1"},
            {"name": "tapal.test", "content": "2001:db8::1"},
        ),
        (
            {"name": "पत्र", "type": "A", "content": "203.0.113.1"},
            {"name": "xn--h2blt9i.tapal.test"},
        ),
        (
            {"name": "*.x", "type": "CNAME", "content": "Host.Example."},
            {"name": "*.x.tapal.test", "content": "host.example"},
        ),
        (
            {"name": "m", "type": "MX", "content": "MX.example.", "priority": 10},
            {"content": "mx.example", "priority": 10},
        ),
        (
            {"name": "m", "type": "MX", "content": ".", "priority": 0},
            {"content": ".", "priority": 0},
        ),
        ({"name": "t", "type": "TXT", "content": "v=spf1 -all"}, {"content": '"v=spf1 -all"'}),
        (
            {"name": "t", "type": "TXT", "content": LONG},
            {"content": f'"{"k" * 255}" "{"k" * 255}" "{"k" * 90}"'},
        ),
        ({"name": "t", "type": "TXT", "content": '"a" "b\\"c"'}, {"content": '"ab\\"c"'}),
        ({"name": "t", "type": "TXT", "content": "é"}, {"content": '"\\195\\169"'}),
        ({"name": "c", "type": "CAA", "data": CAA}, {"content": '0 issue "letsencrypt.org"'}),
        ({"name": "l", "type": "TLSA", "data": TLSA}, {"content": f"3 1 1 {'ab' * 32}"}),
        (
            {
                "name": "f",
                "type": "SSHFP",
                "data": {"algorithm": 4, "type": 2, "fingerprint": "AB" * 32},
            },
            {"content": f"4 2 {'ab' * 32}"},
        ),
        (
            {
                "name": "s",
                "type": "SRV",
                "data": {"priority": 0, "weight": 1, "port": 465, "target": "Smtp.Tapal.test"},
            },
            {"content": "1 465 smtp.tapal.test", "priority": 0},
        ),
        (
            {"name": "p", "type": "A", "content": "203.0.113.1", "proxied": True, "ttl": 300},
            {"proxied": True, "ttl": 1},
        ),
        ({"name": "d", "type": "A", "content": "203.0.113.1"}, DEFAULTS),
        ({"name": "d", "type": "A", "content": "10.0.0.1"}, {"proxiable": False}),
        ({"name": "d", "type": "A", "content": "203.0.113.1", "ttl": 86400}, {"ttl": 86400}),
    ],
)
def test_stored_as(api: Api, body: Body, shown: Body) -> None:
    made = api.made(**body)
    assert {key: made[key] for key in shown} == shown
    again = api.client.get(f"{api.zone}/dns_records/{made['id']}").json()["result"]
    assert again == made


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"name": "a", "type": "A", "content": "203.0.113.1", "ttl": 30}, [problems.BAD_TTL]),
        ({"name": "a", "type": "A", "content": "203.0.113.1", "ttl": 86401}, [problems.BAD_TTL]),
        ({"name": "a", "type": "A", "content": "203.0.113.1", "ttl": "300"}, [problems.BAD_TTL]),
        ({"name": "a", "type": "A", "content": "2001:db8::1"}, [problems.BAD_A]),
        ({"name": "a", "type": "AAAA", "content": "203.0.113.1"}, [problems.BAD_AAAA]),
        ({"name": "a", "type": "CNAME", "content": "203.0.113.1"}, [problems.BAD_CNAME]),
        ({"name": "a", "type": "MX", "content": "mx.example"}, [problems.required("priority")]),
        (
            {"name": "a", "type": "MX", "content": "203.0.113.1"},
            [problems.required("priority"), problems.MX_IS_ADDRESS],
        ),
        (
            {"name": "a", "type": "MX", "content": "mx.example", "priority": 65536},
            [problems.BAD_PRIORITY],
        ),
        ({"name": "a", "type": "TXT"}, [problems.required("content")]),
        ({"name": "a", "type": "TXT", "content": '"open'}, [problems.bad_content("TXT")]),
        ({"name": "a", "type": "TXT", "content": "two\nlines"}, [problems.bad_content("TXT")]),
        ({"name": "a", "type": "TXT", "content": "k" * 4090}, [problems.TOO_LONG]),
        ({"name": "a", "type": "SRV", "content": "0 465 x"}, [problems.required("data")]),
        (
            {"name": "a", "type": "TLSA", "data": {**TLSA, "usage": 256}},
            [problems.bad_content("TLSA")],
        ),
        (
            {"name": "a", "type": "TLSA", "data": {**TLSA, "certificate": "abcd"}},
            [problems.bad_content("TLSA")],
        ),
        ({"name": "a", "type": "TLSA", "data": {"usage": 3}}, [problems.required("data.selector")]),
        (
            {"name": "a", "type": "TXT", "content": "x", "proxied": True},
            [problems.NOT_PROXIABLE_TYPE],
        ),
        (
            {"name": "a", "type": "A", "content": "10.0.0.1", "proxied": True},
            [problems.NOT_PROXIABLE],
        ),
        ({"name": "a..b", "type": "A", "content": "203.0.113.1"}, [problems.BAD_NAME]),
        ({"name": "a b", "type": "A", "content": "203.0.113.1"}, [problems.BAD_NAME]),
        ({"name": "a", "type": "A", "content": 5}, [problems.BAD_BODY]),
        ({"type": "A", "content": "203.0.113.1"}, [problems.required("name")]),
        (
            {"name": "a!", "type": "A", "content": "x", "ttl": 2},
            [problems.BAD_NAME, problems.BAD_TTL, problems.BAD_A],
        ),
        ({"name": "@", "type": "CNAME", "content": "x.example"}, [problems.APEX_CNAME]),
    ],
)
def test_refused(api: Api, body: Body, expected: list[problems.Problem]) -> None:
    answer = api.post(**body)
    assert answer.status_code == 400
    assert errors(answer) == [(problem.code, problem.message) for problem in expected]
    assert api.names() == []


A = {"type": "A", "content": "203.0.113.1"}
CNAME = {"type": "CNAME", "content": "host.example"}
TXT = {"type": "TXT", "content": "x"}


@pytest.mark.parametrize(
    ("first", "second", "problem"),
    [
        (A, A, problems.IDENTICAL),
        (TXT, {"type": "TXT", "content": '"x"'}, problems.IDENTICAL),
        (A, CNAME, problems.HOST_TAKEN),
        (CNAME, {**CNAME, "content": "other.example"}, problems.HOST_TAKEN),
        (CNAME, A, problems.CNAME_TAKEN),
        (CNAME, TXT, problems.CNAME_TAKEN),
        (A, {"type": "NS", "content": "ns.example"}, problems.NS_TAKEN),
    ],
)
def test_conflict(api: Api, first: Body, second: Body, problem: problems.Problem) -> None:
    api.made(name="x", **first)
    answer = api.post(name="X", **second)
    assert answer.status_code == 400
    assert errors(answer) == [(problem.code, problem.message)]
    assert api.names() == ["x"]


def test_a_second_spf_is_not_a_conflict(api: Api) -> None:
    api.made(name="@", type="TXT", content="v=spf1 -all")
    api.made(name="@", type="TXT", content="v=spf1 ~all")
    assert len(api.names(type="TXT")) == 2


def test_txt_of_one_name_has_a_limit(api: Api) -> None:
    for letter in "ab":
        api.made(name="big", type="TXT", content=letter * 4000)
    answer = api.post(name="big", type="TXT", content="c" * 200)
    assert errors(answer) == [(problems.TXT_FULL.code, problems.TXT_FULL.message)]
    api.made(name="small", type="TXT", content="c" * 200)


def test_put_replaces_and_patch_merges(api: Api) -> None:
    made = api.made(name="x", comment="ours", ttl=300, **A)
    path = f"{api.zone}/dns_records/{made['id']}"
    patched = api.client.patch(path, json={"content": "203.0.113.2"}).json()["result"]
    assert (patched["content"], patched["comment"], patched["ttl"]) == ("203.0.113.2", "ours", 300)
    assert patched["comment_modified_on"] == made["comment_modified_on"]
    put = api.client.put(path, json={"name": "x", **A}).json()["result"]
    assert (put["content"], put["comment"], put["ttl"]) == ("203.0.113.1", None, 1)
    assert put["created_on"] == made["created_on"]
    assert put["modified_on"] > patched["modified_on"]


def test_patch_of_data(api: Api) -> None:
    made = api.made(name="x", type="TLSA", data=TLSA)
    path = f"{api.zone}/dns_records/{made['id']}"
    patched = api.client.patch(path, json={"ttl": 600}).json()["result"]
    assert (patched["content"], patched["ttl"]) == (made["content"], 600)


def test_put_into_a_conflict_changes_nothing(api: Api) -> None:
    api.made(name="x", **CNAME)
    made = api.made(name="y", **A)
    path = f"{api.zone}/dns_records/{made['id']}"
    answer = api.client.put(path, json={"name": "x", **A})
    assert errors(answer) == [(problems.CNAME_TAKEN.code, problems.CNAME_TAKEN.message)]
    assert api.client.get(path).json()["result"] == made


def test_delete_twice(api: Api) -> None:
    path = f"{api.zone}/dns_records/{api.made(name='x', **A)['id']}"
    assert api.client.delete(path).json()["result"] == {"id": path.rpartition("/")[2]}
    for answer in (api.client.delete(path), api.client.get(path), api.client.put(path, json=A)):
        assert answer.status_code == 404
        assert errors(answer) == [(81044, "Record does not exist.")]


def test_batch_is_one_transaction(api: Api) -> None:
    old = api.made(name="old", **A)
    kept = api.made(name="kept", **A)
    body: Body = {
        "posts": [{"name": "old", **CNAME}, {"name": "new", **A}],
        "deletes": [{"id": old["id"]}],
        "patches": [{"id": kept["id"], "ttl": 120}],
    }
    path = f"{api.zone}/dns_records/batch"
    refused = api.client.post(path, json={**body, "puts": [{"id": "0" * 32, **A, "name": "q"}]})
    assert errors(refused) == [(81044, "Record does not exist.")]
    assert sorted(api.names()) == ["kept", "old"]
    done = api.client.post(path, json=body).json()["result"]
    assert {kind: len(items) for kind, items in done.items()} == {
        "deletes": 1,
        "patches": 1,
        "puts": 0,
        "posts": 2,
    }
    assert sorted(api.names()) == ["kept", "new", "old"]
    assert api.names(type="CNAME") == ["old"]
