"""Every change reaches the name server as one signed update; else it is not made at all."""

from collections.abc import Iterator
from pathlib import Path

import dns.rcode
import httpx
import pytest

from lab import plan
from lab.cloudflare import tsig
from tests.lab.cloudflare.name_server import KEY, KEY_LINE, NameServer
from tests.lab.cloudflare.process import Api, Process, errors

A = {"type": "A", "content": "203.0.113.1"}


@pytest.fixture
def name_server() -> Iterator[NameServer]:
    server = NameServer()
    yield server
    server.close()


@pytest.fixture
def process(tmp_path: Path, name_server: NameServer) -> Process:
    key = tmp_path / "key"
    key.write_text(KEY_LINE)
    options = ("--dns", name_server.address, "--tsig-key-file", str(key))
    return Process(tmp_path / "state.json", *options)


@pytest.fixture
def published(process: Process) -> Iterator[Api]:
    headers = {"Authorization": f"Bearer {plan.API_TOKEN}"}
    with httpx.Client(base_url=process.start(), headers=headers, timeout=10) as client:
        yield Api(client=client)
    assert process.stop() == 0


def test_each_type_as_a_zone_file_has_it(published: Api, name_server: NameServer) -> None:
    published.made(name="@", type="MX", content="smtp.tapal.test", priority=10, ttl=60)
    published.made(name="a", type="CNAME", content="Host.Example")
    published.made(name="k", type="TXT", content="p" * 256 + "é")
    published.made(
        name="s", type="SRV", data={"priority": 1, "weight": 2, "port": 3, "target": "t"}
    )
    published.made(name="c", type="CAA", data={"flags": 0, "tag": "issue", "value": "ca.example"})
    assert name_server.updates == [
        ["+ tapal.test 60 MX 10 smtp.tapal.test."],
        ["+ a.tapal.test 300 CNAME host.example."],
        [f'+ k.tapal.test 300 TXT "{"p" * 255}" "p\\195\\169"'],
        ["+ s.tapal.test 300 SRV 1 2 3 t."],
        ['+ c.tapal.test 300 CAA 0 issue "ca.example"'],
    ]


def test_only_the_difference_is_sent(published: Api, name_server: NameServer) -> None:
    made = published.made(name="x", ttl=300, **A)
    path = f"{published.zone}/dns_records/{made['id']}"
    published.client.patch(path, json={"comment": "of no concern to DNS"})
    published.client.patch(path, json={"content": "203.0.113.2"})
    published.client.delete(path)
    assert name_server.updates == [
        ["+ x.tapal.test 300 A 203.0.113.1"],
        ["- x.tapal.test A 203.0.113.1", "+ x.tapal.test 300 A 203.0.113.2"],
        ["- x.tapal.test A 203.0.113.2"],
    ]


def test_a_batch_is_one_update(published: Api, name_server: NameServer) -> None:
    old = published.made(name="x", **A)
    body = {
        "deletes": [{"id": old["id"]}],
        "posts": [{"name": "x", "type": "CNAME", "content": "y.example"}, {"name": "z", **A}],
    }
    path = f"{published.zone}/dns_records/batch"
    assert published.client.post(path, json=body).status_code == 200
    assert name_server.updates[1:] == [
        [
            "- x.tapal.test A 203.0.113.1",
            "+ x.tapal.test 300 CNAME y.example.",
            "+ z.tapal.test 300 A 203.0.113.1",
        ]
    ]


def test_a_proxied_record_shows_the_edge(published: Api, name_server: NameServer) -> None:
    made = published.made(name="www", proxied=True, **A)
    assert name_server.updates == [
        [
            f"+ www.tapal.test 300 A {plan.API.ipv4}",
            f"+ www.tapal.test 300 AAAA {plan.API.ipv6}",
        ]
    ]
    published.client.patch(f"{published.zone}/dns_records/{made['id']}", json={"proxied": False})
    assert name_server.updates[1][-1] == "+ www.tapal.test 300 A 203.0.113.1"


def test_what_is_not_published_is_not_stored(published: Api, name_server: NameServer) -> None:
    kept = published.made(name="kept", **A)
    name_server.rcode = dns.rcode.REFUSED
    answer = published.post(name="x", **A)
    assert answer.status_code == 500
    assert "REFUSED" in errors(answer)[0][1]
    assert published.client.delete(f"{published.zone}/dns_records/{kept['id']}").status_code == 500
    name_server.close()
    answer = published.post(name="x", **A)
    assert answer.status_code == 500
    assert "name server 127.0.0.1" in errors(answer)[0][1]
    assert published.names() == ["kept"]


def test_a_restart_publishes_again(
    published: Api, process: Process, name_server: NameServer
) -> None:
    published.made(name="x", **A)
    process.stop(kill=True)
    process.start()
    assert name_server.updates == [["+ x.tapal.test 300 A 203.0.113.1"]] * 2


def test_dnssec_shows_the_ds_of_the_served_key(published: Api) -> None:
    path = f"{published.zone}/dnssec"
    assert published.client.get(path).json()["result"]["status"] == "disabled"
    shown = published.client.patch(path, json={"status": "active"}).json()["result"]
    assert (shown["status"], shown["algorithm"], shown["key_tag"]) == ("active", "13", 2371)
    assert shown["ds"].startswith("tapal.test. 3600 IN DS 2371 13 2 ")
    assert published.client.get(path).json()["result"] == shown


@pytest.mark.parametrize(
    "text",
    [
        KEY_LINE,
        'key "tapal-lab" {\n\talgorithm hmac-sha256;\n\tsecret "c2VjcmV0IG9mIHRoZSB0ZXN0cw==";\n};',
    ],
)
def test_key_file(tmp_path: Path, text: str) -> None:
    path = tmp_path / "key"
    path.write_text(text)
    assert tsig.from_file(path) == KEY


def test_key_file_of_another_form(tmp_path: Path) -> None:
    path = tmp_path / "key"
    path.write_text("secret")
    with pytest.raises(ValueError, match="NAME:ALGORITHM:SECRET"):
        tsig.from_file(path)
