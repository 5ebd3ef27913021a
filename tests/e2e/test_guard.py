"""What is refused by looking beyond the stack's file: at the DNS, and at what would be lost."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from lab import plan
from lab.demo import settings
from lab.operator import stack
from lab.operator.stack import Run
from lab.vps import snapshot
from tests.e2e.conftest import SELECTORS, Deployment, api, records

CHAIN = 10  # includes in a row; with the domain's own, and the host's a, they are twelve look-ups


def publish(zone: str, kind: str, name: str, content: str) -> str:
    """Make a record in a zone of the lab's account, and return its path in the API."""
    place = f"/zones/{api('GET', f'/zones?name={zone}')[0]['id']}/dns_records"
    record = {"type": kind, "name": f"{name}.{zone}", "content": content, "ttl": 60}
    code = (
        "import sys, urllib.request as u;"
        f"r = u.Request({plan.API_BASE_URL + place!r}, method='POST', data=sys.stdin.buffer.read(),"
        f" headers={{'Authorization': 'Bearer {plan.API_TOKEN}',"
        " 'Content-Type': 'application/json'});"
        "print(u.urlopen(r, timeout=10).read().decode())"
    )
    done = stack.run([sys.executable, "-c", code], stdin=json.dumps(record)).expect()
    return f"{place}/{json.loads(done.output)['result']['id']}"


@pytest.fixture
def others_records(deployment: Deployment) -> Iterator[None]:  # noqa: ARG001 - the lab must be up
    """Publish a chain of SPF records and a CNAME in a zone that belongs to somebody else."""
    texts = [f'"v=spf1 include:_{n + 1}.third.test ~all"' for n in range(1, CHAIN)]
    texts.append('"v=spf1 ip4:198.51.100.0/24 ~all"')
    made = [publish("third.test", "TXT", f"_{n}", text) for n, text in enumerate(texts, start=1)]
    made.append(publish("third.test", "CNAME", "mail", "www.third.test"))
    yield
    for path in made:
        api("DELETE", path)


@contextmanager
def untouched() -> Iterator[None]:
    """Hold that neither the host nor the zone changes meanwhile."""
    before, zone = snapshot.take(), records("tapal.test")
    yield
    assert snapshot.take().changed_since(before) == set()
    assert records("tapal.test") == zone


def refused(run: Run, *words: str) -> None:
    """Hold that ``run`` was refused in ``words``, and by nothing but them."""
    assert run.status != 0, run.output
    for word in words:
        assert word in run.output, run.output
    assert "Traceback" not in run.output, run.output
    assert "cannot be deleted because it is protected" not in run.output, run.output
    assert "to create" not in run.output, run.output
    assert "to delete" not in run.output, run.output


@pytest.mark.usefixtures("others_records")
def test_what_the_dns_says_is_refused_all_at_once(deployment: Deployment) -> None:
    def careless(config: dict[str, Any]) -> None:
        domain = config["tapal:domains"][0]
        domain["spf"] = {"include": ["_1.third.test"]}
        domain["mx"] = ["mail.third.test", "nobody.third.test"]
        domain["dmarc"]["aggregateReports"] = ["dmarc@third.test"]

    assert deployment.up.status == 0
    with untouched(), settings.variant(careless) as changed:
        refused(
            changed.preview(),
            "has 3 things to put right; nothing was touched:",
            "domains: tapal.test, spf: SPF needs 12 DNS look-ups, and receivers stop after 10",
            "rule: spf-too-many-lookups, RFC 7208 §4.6.4",
            "domains: tapal.test, mx[0].host: mail.third.test is a CNAME, which an MX",
            "cure: write the name that it stands for: www.third.test",
            "domains: tapal.test, mx[1].host: nobody.third.test has no address in the DNS",
        )


def test_missing_consent_to_reports_is_an_advice(deployment: Deployment) -> None:
    def elsewhere(config: dict[str, Any]) -> None:
        config["tapal:domains"][0]["dmarc"]["aggregateReports"] = ["dmarc@third.test"]

    assert deployment.up.status == 0
    with settings.variant(elsewhere) as changed:
        preview = changed.preview().expect()
    assert "third.test does not agree to reports on tapal.test" in preview.output
    assert 'tapal.test._report._dmarc.third.test TXT "v=DMARC1;"' in preview.output


def without_domain(config: dict[str, Any]) -> None:
    """Take the domain out of the stack's file."""
    config["tapal:domains"] = []
    config["tapal:host"]["zone"] = "tapal.test"


def test_a_domain_that_left_the_file_is_refused_and_permitted(deployment: Deployment) -> None:
    words = (
        "has 1 thing to put right; nothing was touched:",
        "tapal.test: all of its 3 mail records would be deleted",
        "deleted: _dmarc.tapal.test TXT (DMARC), tapal.test MX (smtp.tapal.test), tapal.test TXT",
        "or, if it is meant, add mail-records to tapal:allow for this one run",
    )
    assert deployment.up.status == 0
    with untouched(), settings.variant(without_domain) as changed:
        refused(changed.preview(), *words)
        refused(changed.up("--skip-preview"), *words)

    def permitted(config: dict[str, Any]) -> None:
        without_domain(config)
        settings.may_delete_mail_records(config)

    with settings.variant(permitted) as changed:
        preview = changed.preview().expect()
    assert "to delete" in preview.output


def without_second_key(config: dict[str, Any]) -> None:
    """Take one of the two keys out of the file."""
    del config["tapal:domains"][0]["dkim"][1]


def forbidden(config: dict[str, Any]) -> None:
    """Permit nothing."""
    config["tapal:allow"] = []


def test_a_key_is_refused_until_its_protection_was_lifted(deployment: Deployment) -> None:
    def both(config: dict[str, Any]) -> None:
        without_second_key(config)
        forbidden(config)

    with untouched(), settings.variant(both) as changed:
        words = f"tapal.test: its DKIM key {SELECTORS[1]} (active) would be deleted for good"
        refused(changed.preview(), words)
    with settings.variant(forbidden) as protected:
        protected.up("--skip-preview").expect()
        with settings.variant(without_second_key) as changed:
            refused(
                changed.preview(),
                f"tapal.test: its DKIM key {SELECTORS[1]} (active) would be deleted while still "
                "protected: dkim-keys was not in tapal:allow at the last `pulumi up`",
                "cure: run `pulumi up` once with the key still in the file",
            )
    deployment.stack.up("--skip-preview").expect()
    with settings.variant(without_second_key) as changed:
        assert "to delete" in changed.preview().expect().output


def test_a_retired_key_goes_with_the_permission_alone(deployment: Deployment) -> None:
    def retired(config: dict[str, Any]) -> None:
        forbidden(config)
        config["tapal:domains"][0]["dkim"][1]["state"] = "retired"

    def gone(config: dict[str, Any]) -> None:
        without_second_key(config)
        forbidden(config)

    with settings.variant(retired) as changed:
        changed.up("--skip-preview").expect()
    with untouched(), settings.variant(gone) as changed:
        refused(
            changed.preview(),
            f"tapal.test: its retired DKIM key {SELECTORS[1]} would be deleted",
            "cure: that is the last step of a rotation",
        )
    with settings.variant(without_second_key) as changed:
        assert "to delete" in changed.preview().expect().output
    deployment.stack.up("--skip-preview").expect()


def test_a_silent_name_server_does_not_stop_a_preview(deployment: Deployment) -> None:
    def dead_include(config: dict[str, Any]) -> None:
        config["tapal:domains"][0]["spf"] = {"include": ["_spf.dead.third.test"]}

    assert deployment.up.status == 0
    delegation = publish("third.test", "NS", "dead", "nobody.receiver.test")
    try:
        with settings.variant(dead_include) as changed:
            preview = changed.preview().expect()
    finally:
        api("DELETE", delegation)
    assert "so this was not checked: what the SPF of tapal.test includes" in preview.output
