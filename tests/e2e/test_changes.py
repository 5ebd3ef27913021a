"""Changes after the first `up`: each touches what it is about, and nothing else."""

import re
from typing import Any

from lab import nodes, plan
from lab.demo import settings, verdicts
from lab.demo.delivery import send
from lab.vps import snapshot
from tests.e2e.conftest import SELECTORS, Deployment, records

DOMAIN = "/etc/chasquid/domains/tapal.test"


def test_a_second_up_changes_nothing(deployment: Deployment) -> None:
    before = snapshot.take()
    done = deployment.stack.up("--expect-no-changes")
    assert done.status == 0, done.output
    after = snapshot.take()
    assert after.changed_since(before) == set()
    assert after.chasquid == before.chasquid != 0


def test_one_alias_is_one_line_one_file_and_no_restart(deployment: Deployment) -> None:
    before = snapshot.take()
    with settings.variant(settings.another_alias) as changed:
        preview = changed.preview("--diff")
        done = changed.up()
    assert re.search(r"^\s*\+.*press: you@receiver\.test", preview.output, re.MULTILINE)
    assert "~ 1 to update" in preview.output, preview.output
    assert done.status == 0, done.output
    after = snapshot.take()
    assert after.changed_since(before) == {f"{DOMAIN}/aliases"}
    assert after.chasquid == before.chasquid
    deployment.stack.up("--skip-preview").expect()


def test_a_dmarc_policy_is_one_record(deployment: Deployment) -> None:
    def reject(config: dict[str, Any]) -> None:
        config["tapal:domains"][0]["dmarc"]["policy"] = "reject"

    before = snapshot.take()
    with settings.variant(reject) as changed:
        preview = changed.preview("--diff")
        assert preview.status == 0, preview.output
    assert deployment.up.status == 0
    assert "~ 1 to update" in preview.output, preview.output
    assert "p=reject" in preview.output
    assert snapshot.take().changed_since(before) == set()


def test_a_second_domain_only_adds_and_its_mail_passes(deployment: Deployment) -> None:
    def second(config: dict[str, Any]) -> None:
        keys = [
            {"selector": s, "algorithm": a}
            for s, a in zip(SELECTORS, ("rsa", "ed25519"), strict=True)
        ]
        config["tapal:domains"].append(
            {
                "name": "second.test",
                "dkim": keys,
                "accounts": ["post"],
                "aliases": {"*": plan.MAILBOX},
            }
        )

    with settings.variant(second) as changed:
        preview = changed.preview("--diff")
        for other in ("to delete", "to replace"):
            assert other not in preview.output, preview.output
        # All domains share one start of chasquid.
        assert "~ 1 to update" in preview.output
        assert "::chasquid: start with the domains" in preview.output
        changed.up("--skip-preview").expect()
        delivery = send(deployment.submission("post@second.test"), plan.MAILBOX)
        assert verdicts.passed(delivery, SELECTORS), list(verdicts.lines(delivery, SELECTORS))
        assert changed.preview("--expect-no-changes").status == 0
    refused = deployment.stack.up("--skip-preview")
    assert "second.test: all of its 3 mail records would be deleted" in refused.output
    assert any("v=spf1" in record for record in records("second.test"))
    with settings.variant(settings.may_delete_mail_records) as permitted:
        permitted.up("--skip-preview").expect()
    deployment.stack.preview("--expect-no-changes").expect()
    assert not any("v=spf1" in record for record in records("second.test"))
    gone = nodes.run("vps", ["test", "-e", "/etc/chasquid/domains/second.test"])
    assert gone.returncode != 0
    assert verdicts.passed(send(deployment.submission(), plan.MAILBOX), SELECTORS)


def test_a_retired_key_signs_no_more_and_stays_in_the_zone(deployment: Deployment) -> None:
    def retire(config: dict[str, Any]) -> None:
        config["tapal:domains"][0]["dkim"][1]["state"] = "retired"

    with settings.variant(retire) as changed:
        changed.up("--skip-preview").expect()
        delivery = send(deployment.submission(), plan.MAILBOX)
    assert {signature.selector for signature in delivery.verdict.dkim} == {SELECTORS[0]}
    assert any(f"{SELECTORS[1]}._domainkey" in record for record in records("tapal.test"))
    deployment.stack.up("--skip-preview").expect()
    assert verdicts.passed(send(deployment.submission(), plan.MAILBOX), SELECTORS)


def test_a_hand_edit_shows_in_the_preview_and_up_repairs_it(deployment: Deployment) -> None:
    before = snapshot.take()
    edit = f"echo 'stranger: you@receiver.test' >>{DOMAIN}/aliases; chmod 600 {DOMAIN}/aliases"
    nodes.run("vps", ["sh", "-c", edit])
    preview = deployment.stack.preview("--diff")
    assert re.search(r"^\s*-.*stranger", preview.output, re.MULTILINE), preview.output
    deployment.stack.up("--skip-preview").expect()
    after = snapshot.take()
    assert after.hashes == before.hashes
    assert after.files[f"{DOMAIN}/aliases"].split("\t")[1:] == ["644", "root:root"]


def test_a_deleted_file_comes_back(deployment: Deployment) -> None:
    nodes.run("vps", ["rm", f"{DOMAIN}/users"])
    preview = deployment.stack.preview()
    assert "+ 1 to create" in preview.output, preview.output
    deployment.stack.up("--skip-preview").expect()
    assert verdicts.passed(send(deployment.submission(), plan.MAILBOX), SELECTORS)


def test_bad_input_names_every_mistake_and_touches_nothing(deployment: Deployment) -> None:
    before, zone = snapshot.take(), records("tapal.test")
    with settings.variant(settings.many_mistakes) as wrong:
        refused = wrong.up()
    assert refused.status != 0
    assert "has 10 things to put right; nothing was touched" in refused.output
    assert "Traceback" not in refused.output
    assert snapshot.take().changed_since(before) == set()
    assert records("tapal.test") == zone
    assert deployment.up.status == 0
