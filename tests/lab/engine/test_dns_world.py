"""DnsRecord when others change the zone or the API is in trouble; and look-ups."""

import re
from collections.abc import Iterator

import pytest

from lab import plan
from lab.cloudflare.store import zone_id
from tests.lab.engine.dns import Arguments, Dns

ZONE = zone_id("tapal.test")
A: Arguments = {"name": "a.tapal.test", "type": "A", "content": "203.0.113.1"}
TXT: Arguments = {"name": "t.tapal.test", "type": "TXT", "content": '"v=1"'}


@pytest.fixture(autouse=True)
def emptied(dns: Dns) -> Iterator[None]:
    """Leave nothing of a test to the next, whether it passed or not."""
    dns.writes()
    yield
    dns.told()
    if "dnsRecord:DnsRecord" in dns.project.state_text():
        dns.project.destroy().checked()
    for record in dns.served():
        dns.changed(str(record["id"]))


def test_drift_is_found_and_mended(dns: Dns) -> None:
    dns.up({"a": A, "t": TXT}).checked()
    (made,) = dns.served(name="a.tapal.test")
    (gone,) = dns.served(name="t.tapal.test")
    dns.changed(str(made["id"]), content="203.0.113.9", proxied=True)
    dns.changed(str(gone["id"]))
    refreshed = dns.project.refresh().checked()
    assert '"203.0.113.1" => "203.0.113.9"' in refreshed.output
    dns.writes()
    mended = dns.up({"a": A, "t": TXT}).checked()
    assert sorted(mended.operations) == ["create t", "update a"]
    (update,) = [one for one in mended.report.resources if one.op == "update"]
    assert update.diff == ("content", "modifiedOn", "proxied", "ttl")
    assert sorted(dns.writes()) == ["POST 200", "PUT 200"]
    assert {str(one["content"]) for one in dns.served()} == {"203.0.113.1", '"v=1"'}


def test_import_adopts_and_then_stays(dns: Dns) -> None:
    identifier = dns.foreign(name="t", type="TXT", content="v=1", ttl=300)
    records = {"t": {**TXT, "import": f"{ZONE}/{identifier}"}}
    assert dns.up(records).checked().operations == ("import t",)
    assert dns.project.outputs()["t.id"] == identifier
    assert dns.up(records, "--expect-no-changes").checked().operations == ()
    assert len(dns.served()) == 1
    assert dns.writes() == ["POST 200"]  # our own, that made it


def test_import_of_nothing(dns: Dns) -> None:
    failed = dns.up({"t": {**TXT, "import": f"{ZONE}/{'0' * 32}"}})
    assert failed.status != 0
    assert dns.writes() == []


def test_preview_of_what_is_not_known_yet(dns: Dns) -> None:
    records = {"a": A, "t": {"name": "t.tapal.test", "type": "TXT", "contentOf": "a"}}
    previewed = dns.preview(records).checked()
    assert previewed.operations == ("create a", "create t")
    assert dns.writes() == []
    dns.up(records).checked()
    (a,) = dns.served(type="A")
    (txt,) = dns.served(type="TXT")
    assert txt["content"] == f'"{a["id"]}"'


def test_secrets_stay_secret(dns: Dns) -> None:
    secret = {"name": "t.tapal.test", "type": "TXT", "secret": '"canary"'}
    done = dns.up({"t": secret}).checked()
    assert "canary" not in done.output
    assert "canary" not in dns.project.state_text()
    assert plan.API_TOKEN not in dns.project.state_text()
    assert dns.project.masked_outputs()["t.content"] == "[secret]"
    assert dns.project.outputs()["t.content"] == '"canary"'


def test_the_sdk_reads_every_answer(dns: Dns) -> None:
    mx = dns.foreign(name="@", type="MX", content="mx.example", priority=5)
    dns.foreign(name="other", type="TXT", content="x")
    spf = dns.foreign(name="@", type="TXT", content="v=spf1 -all")
    done = dns.up_with_sdk().checked()
    assert sorted(done.operations) == ["create a", "create tlsa"]
    assert done.messages("warning") == ""
    outputs = dns.project.outputs()
    assert outputs["zone"] == [ZONE, "tapal.test", "active", [plan.NS1.name, plan.NS2.name]]
    assert outputs["mx"] == [[mx, "tapal.test", "MX", "mx.example", 5]]
    assert outputs["txt"] == [[spf, "tapal.test", "TXT", '"v=spf1 -all"', None]]
    (a,) = dns.served(type="A")
    keys = ("id", "name", "content", "created_on", "modified_on", "comment")
    # The plugin keeps whole seconds of when a record was made.
    made = {**a, "created_on": re.sub(r"\.\d+", "", str(a["created_on"]))}
    assert outputs["created"] == [made[key] for key in keys]
    assert outputs["flags"] == [False, True, [], "{}"]
    assert outputs["tlsa"] == [f"3 1 1 {'ab' * 32}", 1, None]


def test_a_zone_that_is_not_there(dns: Dns) -> None:
    failed = dns.up({}, zone="nowhere.test")
    assert failed.status != 0
    assert "failed to find exactly one result" in failed.output


def test_too_many_requests_are_waited_out(dns: Dns) -> None:
    dns.told(status=429, count=1, retry_after=1, methods=["POST"])
    dns.up({"a": A}).checked()
    assert dns.writes() == ["POST 429", "POST 200"]


def test_an_api_that_stays_down(dns: Dns) -> None:
    dns.told(status=500, methods=["POST"])
    failed = dns.up({"a": A})
    assert failed.status != 0
    assert "a" in failed.report.failed
    assert "500 Internal Server Error" in failed.messages("error")
    tried = dns.writes()
    assert len(tried) > 1
    assert set(tried) == {"POST 500"}


def test_a_lost_answer_leaves_a_record_that_is_there_already(dns: Dns) -> None:
    dns.told(status=None, after=True, count=1, methods=["POST"])
    failed = dns.up({"a": A})
    assert failed.status != 0
    assert "An identical record already exists." in failed.messages("error")
    assert len(dns.served()) == 1


def test_a_record_that_is_gone_can_be_deleted(dns: Dns) -> None:
    dns.up({"a": A}).checked()
    (made,) = dns.served()
    dns.changed(str(made["id"]))
    dns.up({}).checked()


@pytest.mark.parametrize(
    ("token", "said"),
    [("x" * 40, "403 Forbidden"), ("too-short", "must be 40 characters long")],
)
def test_a_wrong_token(dns: Dns, token: str, said: str) -> None:
    dns.project.set_config("cloudflare:apiToken", token, secret=True)
    try:
        failed = dns.up({"a": A})
    finally:
        dns.project.set_config("cloudflare:apiToken", plan.API_TOKEN, secret=True)
    assert failed.status != 0
    assert said in failed.output
    assert dns.served() == []
