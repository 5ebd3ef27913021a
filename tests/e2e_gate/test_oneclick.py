"""One-click unsubscription on the deployed server: three signatures, and what happens without."""

import random
import re
import secrets
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from lab import nodes, plan
from lab.world import receiver
from mail.message import signature
from mail.message.verdict import read
from tests.e2e.conftest import ACCOUNT, SELECTORS, Deployment
from tests.e2e.test_first_up import _txt
from tests.e2e_gate.test_gate import on_vps, submitted, was_taken

SERVICE, SOCKET = "tapal-gate-sign.service", "tapal-gate-sign.socket"
FIELDS = (
    *("--header", "List-Unsubscribe: <https://tapal.test/u/1>"),
    *("--header", "List-Unsubscribe-Post: List-Unsubscribe=One-Click"),
)


def newsletter(deployment: Deployment, subject: str) -> str:
    """Submit a mail that asks for one click; return the whole conversation."""
    return submitted(deployment, ACCOUNT, ACCOUNT, *FIELDS, "--header", f"Subject: {subject}")


def test_the_receiver_and_dkimpy_verify_all_three_signatures(deployment: Deployment) -> None:
    subject = secrets.token_hex(8)
    said = newsletter(deployment, subject)
    assert was_taken(said), said
    raw = receiver.wait_for(plan.MAILBOX, subject)
    results = signature.verify(raw, _txt)
    assert [one.reason for one in results if not one.passed] == []
    assert sorted(one.selector for one in results) == sorted((*SELECTORS, SELECTORS[0]))
    assert "list-unsubscribe-post" in signature.tags(raw)[0]["h"].split(":")
    verdict = read(raw)
    assert [one.result for one in verdict.dkim] == ["pass"] * 3
    assert verdict.dmarc == "pass"


def test_only_the_gate_may_ask_and_only_the_signer_may_read_the_keys(
    deployment: Deployment,
) -> None:
    assert was_taken(newsletter(deployment, secrets.token_hex(8)))
    socket = on_vps("stat", "-c", "%a %U:%G", "/run/tapal-gate/sign.sock")
    assert socket == "660 root:tapal-sign\n"
    for service, word in ((SERVICE, "chasquid"), ("tapal-gate.service", "tapal-sign")):
        pid = on_vps("systemctl", "show", "-P", "MainPID", service).strip()
        groups = re.search(r"^Groups:(.*)$", on_vps("cat", f"/proc/{pid}/status"), re.MULTILINE)
        assert groups is not None
        number = on_vps("getent", "group", word).split(":")[2]
        assert number in groups[1].split()
        score = re.search(
            r"level for \S+ ([0-9.]+)", on_vps("systemd-analyze", "security", service)
        )
        assert score is not None
        assert float(score[1]) <= 1.5


@pytest.fixture
def stopped(deployment: Deployment) -> Iterator[Deployment]:
    """The deployment with no signer to be reached."""
    on_vps("systemctl", "stop", SOCKET, SERVICE)
    yield deployment
    on_vps("systemctl", "start", SOCKET)


def test_without_its_signer_such_mail_waits_and_other_mail_does_not(stopped: Deployment) -> None:
    assert "451 4.3.0 the mail cannot be signed" in newsletter(stopped, "x")
    assert was_taken(submitted(stopped, ACCOUNT, ACCOUNT))
    on_vps("systemctl", "start", SOCKET)
    assert was_taken(newsletter(stopped, "x"))


def test_killed_at_random_it_lets_none_pass_without_its_signature(deployment: Deployment) -> None:
    subjects = [secrets.token_hex(8) for _ in range(20)]
    with ThreadPoolExecutor(1) as pool:
        sent = pool.submit(lambda: [newsletter(deployment, one) for one in subjects])
        while not sent.done():
            nodes.run("vps", ["systemctl", "kill", "--signal=KILL", SERVICE])
            # Not so often that it never gets to sign anything: it is started anew each time.
            time.sleep(random.uniform(0.5, 2))  # noqa: S311 - no secret
    answers = dict(zip(subjects, sent.result(), strict=True))
    taken = [one for one, said in answers.items() if was_taken(said)]
    assert all(was_taken(said) or "451 4.3.0" in said for said in answers.values())
    assert taken
    for subject in taken:
        assert len(signature.tags(receiver.wait_for(plan.MAILBOX, subject))) == 3
