"""Paths, tokens, lists, faults and the state file of the API."""

import json
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest
from cloudflare import Cloudflare

from lab import plan
from tests.lab.cloudflare.process import ZONE, Api, Process, errors

HEADERS = {"Authorization": f"Bearer {plan.API_TOKEN}"}
A = {"type": "A", "content": "203.0.113.1"}


@pytest.mark.parametrize(
    ("header", "path", "status", "code"),
    [
        ({}, "/zones", 400, 9106),
        ({"Authorization": "Bearer short"}, "/zones", 400, 6003),
        ({"Authorization": f"Bearer {'x' * 40}"}, "/zones", 403, 9109),
        ({"Authorization": f"Bearer {'x' * 40}"}, "/user/tokens/verify", 401, 1000),
        (HEADERS, "/zones/tapal.test", 404, 7003),
        (HEADERS, f"/zones/{'0' * 32}", 403, 9109),
        (HEADERS, f"/zones/{'0' * 32}/dns_records", 404, 7003),
        (HEADERS, "/accounts", 404, 7000),
    ],
)
def test_refused_requests(
    url: str, header: dict[str, str], path: str, status: int, code: int
) -> None:
    answer = httpx.get(f"{url}/client/v4{path}", headers=header)
    assert (answer.status_code, errors(answer)[0][0]) == (status, code)


def test_errors_read_as_cloudflare_writes_them(api: Api) -> None:
    assert api.post(name="a", ttl=5, **A).text == (
        '{"result":null,"success":false,"errors":[{"code":9021,"message":"TTL must be between 60 '
        'and 86400 seconds, or 1 for Automatic."}],"messages":[]}'
    )


@pytest.mark.parametrize("body", ["{", "[]", '"x"'])
def test_a_body_that_is_not_an_object(api: Api, body: str) -> None:
    answer = api.client.post(f"{api.zone}/dns_records", content=body)
    assert (answer.status_code, errors(answer)[0][0]) == (400, 9207)


def test_the_official_client_reads_it(api: Api, url: str) -> None:
    client = Cloudflare(api_token=plan.API_TOKEN, base_url=f"{url}/client/v4")
    verified = client.user.tokens.verify()
    assert verified is not None
    assert verified.status == "active"
    zones = list(client.zones.list(name=ZONE))
    assert [zone.name for zone in zones] == [ZONE]
    for number in range(7):
        api.made(name=f"n{number}", **A)
    found = client.dns.records.list(zone_id=zones[0].id, per_page=3)
    assert sorted(record.name for record in found) == [f"n{number}.{ZONE}" for number in range(7)]
    exact = client.dns.records.list(zone_id=zones[0].id, name={"exact": f"n3.{ZONE}"})
    assert [record.name for record in exact] == [f"n3.{ZONE}"]


def test_filters(api: Api) -> None:
    api.made(name="one", comment="foreign", **A)
    api.made(name="two", type="A", content="203.0.113.2", ttl=60)
    api.made(name="one", type="TXT", content="hello")
    api.made(name="three", **A, proxied=True)
    assert api.names(name="ONE.tapal.test") == ["one", "one"]
    assert api.names(**{"name.startswith": "t"}) == ["two", "three"]
    assert api.names(**{"name.endswith": "o.tapal.test"}) == ["two"]
    assert api.names(**{"content.contains": "113.2"}) == ["two"]
    assert api.names(content='"hello"') == ["one"]
    assert api.names(**{"comment.present": "true"}) == ["one"]
    assert api.names(type="A", name="one.tapal.test") == ["one"]
    assert api.names(type="TXT", name="two.tapal.test") == []
    assert api.names(type="TXT", name="two.tapal.test", match="any") == ["two", "one"]
    assert api.names(proxied="true") == ["three"]
    assert api.names(search="HELLO") == ["one"]
    assert api.names(order="name", direction="desc", type="A") == ["two", "three", "one"]


def test_pages(api: Api) -> None:
    for number in range(5):
        api.made(name=f"n{number}", **A)
    answer = api.client.get(f"{api.zone}/dns_records", params={"page": 3, "per_page": 2}).json()
    assert [record["name"] for record in answer["result"]] == ["n4.tapal.test"]
    assert answer["result_info"] == {
        "page": 3,
        "per_page": 2,
        "count": 1,
        "total_count": 5,
        "total_pages": 3,
    }


def test_dnssec_without_a_signing_name_server(api: Api) -> None:
    path = f"{api.zone}/dnssec"
    assert api.client.patch(path, json={"status": "active"}).json()["result"]["status"] == "pending"
    assert (
        api.client.patch(path, json={"status": "disabled"}).json()["result"]["status"] == "disabled"
    )
    assert api.client.patch(path, json={"status": "perhaps"}).status_code == 400


def test_fails_as_often_as_told(api: Api) -> None:
    fault = {"status": 429, "count": 2, "retry_after": 7, "methods": ["POST"]}
    assert api.client.post("/lab/fail", json=fault).status_code == 204
    for _ in range(2):
        answer = api.post(name="x", **A)
        assert (answer.status_code, answer.headers["retry-after"]) == (429, "7")
        assert api.names() == []
    assert api.post(name="x", **A).status_code == 200


def test_fails_by_chance_and_the_same_way_each_time(api: Api) -> None:
    def statuses() -> list[int]:
        api.client.post("/lab/fail", json={"status": 500, "probability": 0.3})
        return [api.client.get(api.zone).status_code for _ in range(40)]

    first = statuses()
    assert first == statuses()
    assert 4 <= first.count(500) <= 20


def test_loses_an_answer_after_the_work(api: Api) -> None:
    api.client.post("/lab/fail", json={"status": None, "after": True, "methods": ["POST"]})
    with pytest.raises(httpx.TransportError):
        api.post(name="x", **A)
    assert api.names() == ["x"]


def test_answers_late(api: Api) -> None:
    api.client.post("/lab/fail", json={"delay": 0.3, "count": 1, "status": 504})
    begun = time.monotonic()
    assert api.client.get(api.zone).status_code == 504
    assert time.monotonic() - begun >= 0.3


def test_an_unknown_member_of_a_fault(api: Api) -> None:
    answer = api.client.post("/lab/fail", json={"probabilty": 0.3})
    assert answer.status_code == 400
    assert "probabilty" in answer.text


def test_counts_requests(api: Api) -> None:
    api.names()
    made = api.made(name="x", **A)
    api.client.delete(f"{api.zone}/dns_records/{made['id']}")
    seen = api.client.get("/lab/requests").json()
    assert (seen["counts"], seen["writes"]) == ({"GET": 1, "POST": 1, "DELETE": 1}, 2)
    assert [request["status"] for request in seen["requests"]] == [200, 200, 200]
    api.client.delete("/lab/requests")
    assert api.client.get("/lab/requests").json()["writes"] == 0


def test_list_shows_every_record(api: Api, url: str) -> None:
    api.made(name="@", type="MX", content="mx.example", priority=10, comment="foreign")
    command = [sys.executable, "-m", "lab.cloudflare", "list", "--url", url]
    shown = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert "tapal.test   auto  MX     10 mx.example  # foreign" in shown
    assert "second.test" in shown


def test_state_outlives_a_kill(tmp_path: Path) -> None:
    state = tmp_path / "deep" / "state.json"
    process = Process(state)
    with httpx.Client(base_url=process.start(), headers=HEADERS) as client:
        api = Api(client=client)
        made = api.made(name="x", type="TXT", content="k" * 300, comment="kept", tags=["a:b"])
        api.made(name="y", type="CAA", data={"flags": 0, "tag": "issue", "value": "ca.example"})
    process.stop(kill=True)
    assert [path.name for path in state.parent.iterdir()] == ["state.json"]
    json.loads(state.read_text())
    with httpx.Client(base_url=process.start(), headers=HEADERS) as client:
        api = Api(client=client)
        assert api.client.get(f"{api.zone}/dns_records/{made['id']}").json()["result"] == made
        assert api.names() == ["x", "y"]
    assert process.stop() == 0


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ([], "--state FILE"),
        (["--state", "s", "--listen", "nowhere"], "ADDRESS:PORT"),
        (["--state", "s", "--listen", "127.0.0.1:0", "--dns", "127.0.0.1:53"], "--tsig-key"),
    ],
)
def test_a_wrong_command_line(options: list[str], said: str) -> None:
    command = [sys.executable, "-m", "lab.cloudflare", *options]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=20)
    assert done.returncode == 1
    assert said in done.stderr
    assert "Traceback" not in done.stderr
