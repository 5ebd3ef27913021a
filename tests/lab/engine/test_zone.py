"""A zone that holds records already, through the real engine: taken over, put back, interrupted.

After each step the state and the zone are checked. Of the lab only the API is needed.
"""

import json
from collections.abc import Iterator

import pytest

from lab import paths, plan
from mail.zone import owner
from tests.lab.engine.dns import PROGRAMS, Dns, started
from tests.lab.engine.harness import STACK, Result

ZONE = "tapal.test"
HOST = {"name": "smtp.host.test", "ipv4": "203.0.113.10", "ssh": {"hostKey": "ssh-ed25519 x"}}
OURS = owner.comment(STACK)
MERGE = {"spf": "merge", "dmarc": "replace", "mx": "replace"}
THEIR_SPF = "v=spf1 ip4:203.0.113.80 ~all"
MERGED = "v=spf1 ip4:203.0.113.80 include:_spf.host.test ~all"
PLAIN = "v=spf1 include:_spf.host.test ~all"

Records = list[dict[str, object]]


def seldom(value: object) -> object:
    """Return a case that goes the same ways as its neighbour, which `make test` runs."""
    return pytest.param(value, marks=pytest.mark.chaos)


class Zone:
    """A project that publishes one domain's records into a zone that is in use."""

    def __init__(self, dns: Dns) -> None:
        self.dns = dns
        self.project = dns.project
        # As in the real project, the packages lie beside the program.
        for package in ("components", "facts", "mail", "settings", "ssh"):
            (dns.project.folder / package).symlink_to(paths.REPOSITORY / package)
        dns.project.environment["PULUMI_RUN_PROGRAM"] = "true"
        dns.project.write("__main__.py", (PROGRAMS / "zone.py").read_text())

    def settings(self, **domain: object) -> None:
        """Let the stack have one domain with these settings."""
        data = {"host": HOST, "domains": [{"name": ZONE, **domain}]}
        self.project.write("stack.json", json.dumps(data))

    def up(self, choices: dict[str, str] | None = None, *flags: str) -> Result:
        """Run ``pulumi up`` with these choices."""
        self.settings(existing=choices or {})
        return self.project.up(*flags)

    def at(self, kind: str, name: str = ZONE) -> Records:
        """Return the zone's records of a type at a name."""
        return [one for one in self.dns.served(type=kind) if one["name"] == name]

    def spf(self) -> Records:
        """Return the zone's SPF records."""
        return [one for one in self.at("TXT") if "v=spf1" in str(one["content"])]

    def empty(self) -> None:
        """Bring the zone and the state back to nothing."""
        self.dns.told()
        self.project.pulumi("state", "unprotect", "--all", "--yes")
        self.settings()
        self.project.destroy("--refresh=false", "--run-program=false").checked()
        for one in self.dns.served():
            self.dns.changed(str(one["id"]))
        self.dns.writes()


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Zone]:
    with started(tmp_path_factory.mktemp("zone")) as dns:
        yield Zone(dns)


@pytest.fixture
def zone(world: Zone) -> Iterator[Zone]:
    """A zone that holds an SPF, a DMARC, two MX and a foreign TXT, as a domain in use does."""
    foreign = world.dns.foreign
    foreign(name="@", type="TXT", content="site-verification=x")
    foreign(name="@", type="TXT", content=THEIR_SPF, ttl=3600, comment="the web server")
    foreign(name="_dmarc", type="TXT", content="v=DMARC1; p=reject", ttl=600)
    foreign(name="@", type="MX", content="mx1.example.net", priority=5, ttl=3600, comment="old")
    foreign(name="@", type="MX", content="mx2.example.net", priority=20)
    world.dns.writes()
    yield world
    world.empty()


def plain(records: Records) -> list[str]:
    """Return what a restored record must have in common with the one before."""
    keys = ("name", "type", "content", "ttl", "comment", "proxied", "tags", "priority")
    return sorted(json.dumps([one.get(key) for key in keys]) for one in records)


def contents(records: Records) -> list[str]:
    return sorted(str(one["content"]).strip('"') for one in records)


def test_without_a_choice_nothing_is_written(zone: Zone) -> None:
    before = zone.dns.served()
    refused = zone.up()
    assert refused.status != 0
    assert "the plan has 3 things to put right" in refused.output
    assert f'merged: {ZONE} TXT "{MERGED}"' in refused.output
    assert zone.dns.writes() == []
    assert zone.dns.served() == before


def test_the_way_in_and_out(zone: Zone) -> None:
    before = zone.dns.served()
    there = {str(one["id"]): one for one in before}
    zone.settings(existing=MERGE)
    previewed = zone.project.preview().checked()
    assert MERGED in previewed.output
    assert zone.dns.writes() == []
    done = zone.up(MERGE).checked()
    assert contents(zone.spf()) == [MERGED]
    assert [str(one["id"]) in there for one in zone.spf()] == [True], (
        "changed in place, not made anew"
    )
    assert contents(zone.at("MX")) == ["smtp.host.test"]
    assert contents(zone.at("TXT", f"_dmarc.{ZONE}")) == ["v=DMARC1; p=none"]
    assert {one["comment"] for one in [*zone.spf(), *zone.at("MX")]} == {OURS}
    assert "import dns: SPF of tapal.test" in done.operations
    # The MX that was there goes after ours came; nothing else is deleted.
    writes = zone.dns.writes()
    assert [one for one in writes if not one.endswith("200")] == []
    zone.up(MERGE, "--expect-no-changes").checked()
    assert zone.dns.writes() == []
    zone.project.destroy().checked()
    assert plain(zone.dns.served()) == plain(before)
    kept = {str(one["id"]): one for one in zone.dns.served()}
    assert {one for one in there if one not in kept} == {
        str(one["id"]) for one in before if one["type"] == "MX"
    }, "what may have one record only never was without"
    zone.up(MERGE).checked()
    assert contents(zone.spf()) == [MERGED]


def test_a_changed_mind(zone: Zone) -> None:
    before = zone.dns.served()
    zone.up(MERGE).checked()
    refused = zone.up()
    assert refused.status != 0
    assert (
        "ours took the place of another SPF record, but the stack no longer says so"
        in refused.output
    )
    assert contents(zone.spf()) == [MERGED]
    zone.up({**MERGE, "spf": "replace"}).checked()
    assert contents(zone.spf()) == [PLAIN]
    zone.up(MERGE).checked()
    assert contents(zone.spf()) == [MERGED]
    kept = zone.up({"spf": "keep", "dmarc": "keep", "mx": "keep"}).checked()
    assert plain(zone.dns.served()) == plain(before)
    assert "does not let smtp.host.test send" in kept.messages("warning")
    again = zone.up({"spf": "keep", "dmarc": "keep", "mx": "keep"}, "--expect-no-changes")
    assert again.status == 0, again.output
    assert zone.project.state_text().count(f" of {ZONE}") == 0


@pytest.mark.parametrize("way", ["destroy", seldom("keep")])
def test_an_mx_that_was_there_and_is_ours_by_now_comes_back(zone: Zone, way: str) -> None:
    before = zone.dns.served()
    zone.up(MERGE).checked()
    exchangers = [{"host": "smtp.host.test"}, {"host": "mx1.example.net", "priority": 5}]
    zone.settings(existing=MERGE, mx=exchangers)
    zone.project.up().checked()
    assert contents(zone.at("MX")) == ["mx1.example.net", "smtp.host.test"]
    if way == "destroy":
        zone.project.destroy().checked()
    else:
        zone.up({**MERGE, "mx": "keep"}).checked()
        assert plain(zone.at("MX")) == plain([one for one in before if one["type"] == "MX"])
        zone.project.destroy().checked()
    assert plain(zone.dns.served()) == plain(before)


def test_a_renamed_stack_puts_back_what_was_there(zone: Zone) -> None:
    before = zone.dns.served()
    zone.up(MERGE).checked()
    ids = {one["id"] for one in zone.dns.served()}
    zone.project.rename("another")
    try:
        done = zone.up(MERGE).checked()
        assert {one["id"] for one in zone.dns.served()} == ids
        assert {one["comment"] for one in zone.spf()} == {owner.comment("another")}
        assert "delete" not in done.operations
        zone.project.destroy().checked()
        assert plain(zone.dns.served()) == plain(before)
    finally:
        zone.project.rename(STACK)


def test_an_identical_record_stays_as_it_was(zone: Zone) -> None:
    zone.dns.foreign(name="@", type="MX", content="smtp.host.test", priority=10, ttl=600)
    before = zone.dns.served()
    done = zone.up(MERGE).checked()
    assert "import dns: MX of tapal.test to smtp.host.test" in done.operations
    zone.up(MERGE, "--expect-no-changes").checked()
    (ours,) = zone.at("MX")
    assert ours in before
    zone.project.destroy().checked()
    assert ours in zone.dns.served()
    assert plain(zone.dns.served()) == plain(before)


@pytest.mark.parametrize("flag", ["--refresh", seldom("--refresh=false")])
def test_a_comment_that_was_removed_comes_back_and_the_record_stays(zone: Zone, flag: str) -> None:
    # Without a refresh the engine deletes what is imported although the state has it.
    zone.up(MERGE).checked()
    for one in [*zone.spf(), *zone.at("MX")]:
        zone.dns.changed(str(one["id"]), comment="")
    ids = {one["id"] for one in [*zone.spf(), *zone.at("MX")]}
    zone.up(MERGE, flag).checked()
    assert {one["id"] for one in [*zone.spf(), *zone.at("MX")]} == ids
    zone.up(MERGE, "--refresh").checked()
    assert {one["comment"] for one in [*zone.spf(), *zone.at("MX")]} == {OURS}


def test_a_second_spf_that_somebody_adds_is_refused(zone: Zone) -> None:
    zone.up(MERGE).checked()
    zone.dns.foreign(name="@", type="TXT", content="v=spf1 mx -all")
    refused = zone.up(MERGE)
    assert refused.status != 0
    assert "holds 2 SPF records" in refused.output
    assert len(zone.spf()) == 2


def test_a_place_that_was_taken_meanwhile_is_left_and_told(zone: Zone) -> None:
    zone.up(MERGE).checked()
    (ours,) = zone.spf()
    zone.dns.changed(str(ours["id"]), content="v=spf1 mx -all", comment="mine")
    done = zone.project.destroy("--run-program=false").checked()
    assert contents(zone.spf()) == ["v=spf1 mx -all"]
    assert "not put back, because another record stands there by now" in done.output
    assert THEIR_SPF in done.output


@pytest.mark.parametrize("method", ["PUT", seldom("POST")])
def test_a_take_over_that_fails_goes_on_where_it_stopped(zone: Zone, method: str) -> None:
    before = zone.dns.served()
    zone.dns.told(status=400, methods=[method])
    assert zone.up(MERGE).status != 0
    assert len(zone.spf()) == 1
    zone.dns.told()
    zone.up(MERGE).checked()
    assert contents(zone.spf()) == [MERGED]
    assert contents(zone.at("MX")) == ["smtp.host.test"]
    zone.project.destroy().checked()
    assert plain(zone.dns.served()) == plain(before)


@pytest.mark.parametrize("after", [seldom(False), True], ids=["refused", "answer lost"])
def test_a_destroy_that_fails_goes_on_where_it_stopped(zone: Zone, after: bool) -> None:
    before = zone.dns.served()
    zone.up(MERGE).checked()
    zone.dns.told(status=400, methods=["POST"], after=after)
    failed = zone.project.destroy()
    assert failed.status != 0
    assert len(zone.spf()) == 1
    zone.dns.told()
    zone.project.destroy().checked()
    assert plain(zone.dns.served()) == plain(before)


def test_up_after_half_a_destroy(zone: Zone) -> None:
    before = zone.dns.served()
    zone.up(MERGE).checked()
    zone.dns.told(status=400, methods=["POST"])
    assert zone.project.destroy().status != 0
    zone.dns.told()
    zone.up(MERGE).checked()
    assert contents(zone.spf()) == [MERGED]
    zone.project.destroy().checked()
    assert plain(zone.dns.served()) == plain(before)


def test_a_lost_state_makes_no_second_record(zone: Zone) -> None:
    before = zone.dns.served()
    zone.up(MERGE).checked()
    ids = {one["id"] for one in zone.dns.served()}
    zone.project.pulumi("stack", "rm", "--force", "--yes", "--preserve-config").checked()
    zone.project.pulumi("stack", "init", STACK).checked()
    zone.up(MERGE).checked()
    assert {one["id"] for one in zone.dns.served()} == ids
    assert contents(zone.spf()) == [MERGED]
    zone.project.destroy().checked()
    assert THEIR_SPF in contents(zone.spf())
    assert '"site-verification=x"' in {one["content"] for one in before}
    assert '"site-verification=x"' in {one["content"] for one in zone.dns.served()}


def test_a_lost_answer_makes_no_second_record(zone: Zone) -> None:
    zone.dns.told(status=None, after=True, count=1, methods=["POST"])
    assert zone.up(MERGE).status != 0
    zone.up(MERGE).checked()
    assert contents(zone.at("MX")) == ["smtp.host.test"]
    assert contents(zone.spf()) == [MERGED]


def test_no_token_is_in_the_state(zone: Zone) -> None:
    zone.up(MERGE).checked()
    assert plan.API_TOKEN not in zone.project.state_text()


def test_a_wrong_token_is_one_clean_message(zone: Zone) -> None:
    zone.project.set_config("cloudflare:apiToken", "x" * 40, secret=True)
    try:
        failed = zone.up(MERGE)
    finally:
        zone.project.set_config("cloudflare:apiToken", plan.API_TOKEN, secret=True)
    assert failed.status != 0
    assert (
        "domains: tapal.test, name: Cloudflare refuses the API token for tapal.test"
        in failed.output
    )
    assert "Traceback" not in failed.output


def test_a_zone_of_many_pages_is_read_to_its_end(zone: Zone) -> None:
    for number in range(120):
        zone.dns.foreign(name=f"h{number}", type="A", content="203.0.113.9")
    refused = zone.up()
    assert "3 things" in refused.output
