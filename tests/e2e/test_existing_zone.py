"""A domain that is in use: its zone holds an SPF, a DMARC, MX records and foreign ones already."""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import pytest

from lab import plan
from lab.demo import settings, verdicts
from lab.demo.delivery import Submission, send
from lab.operator.stack import Run, Stack
from mail.zone import owner
from tests.e2e.conftest import Deployment, api, listed, zone_path

DOMAIN = "second.test"
# Keys of their own: resolvers remember those that other stacks publish for the domain.
SELECTORS = ("zone-rsa", "zone-ed")
CHOICES = {"spf": "merge", "dmarc": "replace", "mx": "replace"}
MERGED = '"v=spf1 ip4:203.0.113.80 include:_spf.tapal.test ~all"'

SPF = {"type": "TXT", "name": DOMAIN, "content": '"v=spf1 ip4:203.0.113.80 ~all"',
       "ttl": 3600, "comment": "the web server sends too"}  # fmt: skip
DMARC = {"type": "TXT", "name": f"_dmarc.{DOMAIN}",
         "content": f'"v=DMARC1; p=none; rua=mailto:old@{DOMAIN}"', "ttl": 600}  # fmt: skip
MX = {"type": "MX", "name": DOMAIN, "content": "mx.provider.test", "priority": 5,
      "ttl": 7200, "comment": "the old mailbox"}  # fmt: skip
IDENTICAL = {"type": "MX", "name": DOMAIN, "content": plan.VPS.name, "priority": 10,
             "ttl": 1800, "comment": "made by hand"}  # fmt: skip
IN_USE = (SPF, DMARC, MX, IDENTICAL)

Record = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class InUse:
    """The domain's stack, with its choices and without, and what the zone held before."""

    stack: Stack
    undecided: Stack
    before: list[Record]

    @property
    def foreign(self) -> list[Record]:
        """What must be the same byte for byte at any time."""
        own = [str(one["content"]) for one in (SPF, DMARC, MX)]
        return [one for one in self.before if one["content"] not in own]


def domain(choices: dict[str, str]) -> settings.Change:
    """Return the change that makes a stack of the domain, with these choices."""

    def change(config: dict[str, Any]) -> None:
        settings.domain_on_the_lab_host(DOMAIN)(config)
        config["tapal:domains"][0]["existing"] = choices
        config["tapal:domains"][0]["dkim"] = [
            {"selector": SELECTORS[0], "algorithm": "rsa"},
            {"selector": SELECTORS[1], "algorithm": "ed25519"},
        ]

    return change


@pytest.fixture(scope="module")
def in_use(deployment: Deployment) -> Iterator[InUse]:
    """Put the records of a domain in use into the zone, and take them out again."""
    assert deployment.up.status == 0
    made = [api("POST", f"{zone_path(DOMAIN)}/dns_records", one) for one in IN_USE]
    before = listed(DOMAIN)
    with ExitStack() as files:
        undecided = files.enter_context(settings.variant(domain({}), name="in-use"))
        decided = files.enter_context(settings.variant(domain(CHOICES), name="in-use"))
        yield InUse(stack=decided.ensure(), undecided=undecided, before=before)
        decided.destroy()
    contents = [one["content"] for one in made]
    for one in listed(DOMAIN):
        if one["content"] in contents:
            api("DELETE", f"{zone_path(DOMAIN)}/dns_records/{one['id']}")


@pytest.fixture(scope="module")
def up(in_use: InUse) -> Run:
    """Bring the domain up, with its choices."""
    return in_use.stack.up("--skip-preview").expect()


def at(kind: str, name: str = DOMAIN) -> list[Record]:
    return [one for one in listed(DOMAIN) if (one["type"], one["name"]) == (kind, name)]


def spf() -> list[Record]:
    return [one for one in at("TXT") if "v=spf1" in one["content"]]


def test_without_choices_all_conflicts_are_shown_and_nothing_changes(in_use: InUse) -> None:
    preview = in_use.undecided.preview()
    assert preview.status != 0
    assert "3 things to put right; nothing was touched" in preview.output
    for record in (SPF, DMARC, MX):
        assert str(record["content"]) in preview.output
    assert f"merged: {DOMAIN} TXT {MERGED}" in preview.output
    for choice in ("spf: merge", "spf: keep", "dmarc: replace", "mx: keep", "mx: replace"):
        assert f"existing: {{{choice}}}" in preview.output
    assert "Traceback" not in preview.output
    assert in_use.undecided.up().status != 0
    assert listed(DOMAIN) == in_use.before


def test_the_preview_shows_what_is_adopted_and_what_is_merged(in_use: InUse) -> None:
    preview = in_use.stack.preview("--diff")
    assert preview.status == 0, preview.output
    assert f"=> {json.dumps(MERGED)}" in preview.output
    (adopted,) = [one for one in in_use.before if one["content"] == plan.VPS.name]
    assert f"[id={adopted['id']}]" in preview.output
    assert listed(DOMAIN) == in_use.before


def test_there_is_one_record_of_each(in_use: InUse, up: Run) -> None:
    assert up.status == 0
    assert [one["content"] for one in spf()] == [MERGED]
    (policy,) = at("TXT", f"_dmarc.{DOMAIN}")
    assert "p=quarantine" in policy["content"]
    assert {spf()[0]["comment"], policy["comment"]} == {owner.comment("in-use")}
    assert [one["content"] for one in at("MX")] == [plan.VPS.name]
    now = listed(DOMAIN)
    assert all(one in now for one in in_use.foreign)
    assert len(in_use.foreign) >= 8


def test_mail_of_the_domain_passes(in_use: InUse, up: Run) -> None:
    assert up.status == 0
    user = f"i@{DOMAIN}"
    account = Submission(host=plan.VPS.name, user=user, password=in_use.stack.password(user))
    delivery = send(account, plan.MAILBOX)
    assert verdicts.passed(delivery, SELECTORS), list(verdicts.lines(delivery, SELECTORS))


def test_a_second_up_has_nothing_to_do(in_use: InUse, up: Run) -> None:
    assert up.status == 0
    before = listed(DOMAIN)
    again = in_use.stack.preview("--expect-no-changes")
    assert again.status == 0, again.output
    assert listed(DOMAIN) == before


def test_destroy_puts_back_what_was_there(in_use: InUse, up: Run) -> None:
    assert up.status == 0
    in_use.stack.destroy().expect()
    now = listed(DOMAIN)
    assert len(now) == len(in_use.before)
    assert all(one in now for one in in_use.foreign)
    keys = ("name", "type", "content", "ttl", "comment", "proxied", "tags", "priority")
    same = [{key: one.get(key) for key in keys} for one in now]
    for one in in_use.before:
        assert {key: one.get(key) for key in keys} in same
    ids = {one["id"] for one in now}
    kept = [one for one in in_use.before if one["type"] == "TXT"]
    assert {one["id"] for one in kept} <= ids, "a TXT was never gone, not even for a moment"
