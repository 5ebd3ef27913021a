"""The mail gate on the deployed server: who may write which sender, whatever happens to it."""

import json
import random
import re
import secrets
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from lab import nodes, plan
from lab.ca import issuer
from lab.demo.delivery import send
from lab.demo.forged import OUTSIDER, outside
from lab.operator import stack
from lab.world import receiver
from tests.e2e.conftest import ACCOUNT, Deployment

UNITS = ("tapal-gate.service", "tapal-gate.socket")
BURST = 200


def on_vps(*argv: str) -> str:
    """Run a command on the VPS, which must succeed, and return what it says."""
    done = nodes.run("vps", argv)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode()


def submitted(deployment: Deployment, sender: str, header: str, *more: str) -> str:
    """Submit a mail from the world as the stack's account; return the whole conversation."""
    order = deployment.submission()
    swaks = ["swaks", "--server", plan.VPS.name, "--port", str(order.port), "--tls-on-connect"]
    swaks += ["--auth", "PLAIN", "--auth-user", order.user, "--auth-password", order.password]
    swaks += ["--from", sender, "--to", plan.MAILBOX, "--header", f"From: {header}", *more]
    return nodes.run("world", swaks).stdout.decode()


def refused_with(said: str, *words: str) -> bool:
    """Return whether chasquid's 554 holds all the words."""
    answer = re.search(r"<(?:\*\*|~\*) 554 (.*)", said)
    return answer is not None and all(word in answer[1] for word in words)


def was_taken(said: str) -> bool:
    """Return whether chasquid took the mail: its answer to DATA, over TLS or without."""
    return re.search(r"<[-~]  250 2\.0\.0 ", said) is not None


def test_it_runs_confined_and_the_hook_is_a_program_of_this_machine(
    deployment: Deployment,
) -> None:
    assert deployment.up.status == 0
    assert on_vps("systemctl", "is-active", *UNITS).split() == ["active", "active"]
    assert on_vps("stat", "-c", "%a %U:%G", "/run/tapal-gate/gate.sock") == "660 root:chasquid\n"
    assert on_vps("head", "-c", "4", "/usr/local/lib/tapal/gate/hook") == "\x7fELF"
    score = re.search(r"level for \S+ ([0-9.]+)", on_vps("systemd-analyze", "security", UNITS[0]))
    assert score is not None
    assert float(score[1]) <= 1.5
    user = on_vps("ps", "-o", "user=", "-C", "python3").split()
    assert "root" not in user


@pytest.mark.parametrize(
    ("sender", "header"),
    [
        (ACCOUNT, ACCOUNT),
        ("<>", ACCOUNT),
        (OUTSIDER, f"You <{ACCOUNT}>"),
        (OUTSIDER, "I@Tapal.TEST"),
        (OUTSIDER, "x@below.tapal.test"),
        (OUTSIDER, f"{OUTSIDER}, {ACCOUNT}"),
        (ACCOUNT, OUTSIDER),
    ],
)
def test_an_outsider_in_our_name_is_refused(
    deployment: Deployment, sender: str, header: str
) -> None:
    assert deployment.up.status == 0
    subject = secrets.token_hex(8)
    said = outside(sender, header, "anything@tapal.test", "--header", f"Subject: {subject}")
    assert refused_with(said, "5.7.26", "tapal.test"), said


def test_an_honest_outsider_is_forwarded(deployment: Deployment) -> None:
    assert deployment.up.status == 0
    subject = secrets.token_hex(8)
    said = outside(
        OUTSIDER,
        f'"{ACCOUNT} via list" <{OUTSIDER}>',
        "anything@tapal.test",
        "--header",
        f"Subject: {subject}",
    )
    assert was_taken(said), said
    receiver.wait_for(plan.MAILBOX, subject)


def test_a_bounce_is_forwarded(deployment: Deployment) -> None:
    assert deployment.up.status == 0
    subject = secrets.token_hex(8)
    said = outside("<>", "MAILER-DAEMON@receiver.test", ACCOUNT, "--header", f"Subject: {subject}")
    assert was_taken(said), said
    receiver.wait_for(plan.MAILBOX, subject)


@pytest.mark.parametrize(
    ("sender", "header", "words"),
    [
        (ACCOUNT, "news@tapal.test", ("5.7.1", "news@tapal.test", "sendAs")),
        ("news@tapal.test", ACCOUNT, ("5.7.1", "news@tapal.test")),
        (ACCOUNT, "i@second.test", ("5.7.1", "i@second.test")),
        (ACCOUNT, OUTSIDER, ("5.7.1", OUTSIDER)),
    ],
)
def test_an_account_sends_as_no_other(
    deployment: Deployment, sender: str, header: str, words: Sequence[str]
) -> None:
    said = submitted(deployment, sender, header)
    assert refused_with(said, *words), said


def test_an_account_sends_as_itself(deployment: Deployment) -> None:
    assert was_taken(submitted(deployment, ACCOUNT, f"I <{ACCOUNT}>"))
    assert was_taken(submitted(deployment, "i+shop@tapal.test", "I+shop@tapal.test"))


def test_the_journal_says_who_was_refused_and_nothing_of_the_mail(deployment: Deployment) -> None:
    submitted(deployment, ACCOUNT, "news@tapal.test", "--header", "Subject: a-private-word")
    said = on_vps("journalctl", "-u", UNITS[0], "-o", "cat", "-n", "1")
    assert said == f"5.7.1: '{ACCOUNT}' from='{ACCOUNT}'\n"
    assert "a-private-word" not in on_vps("journalctl", "-u", UNITS[0], "-o", "cat")


def test_a_stopped_gate_lets_mail_wait(deployment: Deployment) -> None:
    on_vps("systemctl", "stop", *UNITS)
    try:
        later = "451 4.3.0 the mail gate does not answer"
        assert later in outside(OUTSIDER, OUTSIDER, "anything@tapal.test")
        assert later in submitted(deployment, ACCOUNT, ACCOUNT)
    finally:
        on_vps("systemctl", "start", *UNITS)
    send(deployment.submission(), plan.MAILBOX)


def test_without_its_hook_the_server_does_not_start(deployment: Deployment) -> None:
    hook = "/etc/chasquid/hooks/post-data"
    on_vps("mv", hook, "/root/post-data")
    try:
        restarted = nodes.run("vps", ["systemctl", "restart", "chasquid.service"])
        assert restarted.returncode != 0
        assert b"Assertion failed" in restarted.stderr
    finally:
        on_vps("mv", "/root/post-data", hook)
        on_vps("systemctl", "restart", "chasquid.service")
    send(deployment.submission(), plan.MAILBOX)


def test_a_gate_that_is_stuck_comes_back(deployment: Deployment) -> None:
    before = on_vps("systemctl", "show", "-P", "MainPID", UNITS[0])
    on_vps("systemctl", "kill", "--signal=STOP", UNITS[0])
    deadline = time.monotonic() + 45
    while on_vps("systemctl", "show", "-P", "MainPID", UNITS[0]) in (before, "0\n"):
        assert time.monotonic() < deadline
        time.sleep(1)
    send(deployment.submission(), plan.MAILBOX)


def test_restarting_it_refuses_no_mail(deployment: Deployment) -> None:
    with ThreadPoolExecutor(1) as pool:
        burst = pool.submit(_burst, deployment, 40)
        while not burst.done():
            on_vps("systemctl", "restart", UNITS[0])
            time.sleep(0.3)
    honest, _ = burst.result()
    assert {tuple(codes) for codes in honest.values()} == {(250,)}


def test_killed_at_random_it_takes_no_forged_mail_and_loses_no_honest_one(
    deployment: Deployment,
) -> None:
    kills = 0
    with ThreadPoolExecutor(1) as pool:
        burst = pool.submit(_burst, deployment, BURST)
        while not burst.done():
            nodes.run("vps", ["systemctl", "kill", "--signal=KILL", UNITS[0]])
            kills += 1
            time.sleep(random.uniform(0.05, 0.6))  # noqa: S311 - no secret
    honest, forged = burst.result()
    assert kills > 10
    assert not [codes for codes in forged.values() if 250 in codes]
    assert not [codes for codes in honest.values() if codes[-1] != 250 or codes.count(250) != 1]
    last = next(reversed(honest))
    receiver.wait_for(plan.MAILBOX, lambda raw: last.encode() in raw, timeout=60)
    deadline = time.monotonic() + 60
    while (lost := _missing(honest)) and time.monotonic() < deadline:
        time.sleep(0.5)
    assert not lost
    assert _missing(forged) == set(forged)


def _missing(tokens: dict[str, list[int]]) -> set[str]:
    """Return those of ``tokens`` that no mail at the receiver has in its subject."""
    arrived = b"".join(receiver.messages(plan.MAILBOX))
    return {token for token in tokens if token.encode() not in arrived}


def _burst(deployment: Deployment, count: int) -> tuple[dict[str, list[int]], dict[str, list[int]]]:
    """Submit mails, every second one in another's name; return the answers to both kinds."""
    mails = [
        {
            "token": secrets.token_hex(8),
            "from": ACCOUNT if number % 2 else "news@tapal.test",
            "honest": bool(number % 2),
        }
        for number in range(count)
    ]
    order = vars(deployment.submission()) | {
        "recipient": plan.MAILBOX,
        "cafile": str(issuer.file()),
        "mails": mails,
    }
    done = stack.run(
        [sys.executable, "-m", "tests.e2e_gate.burst"], stdin=json.dumps(order)
    ).expect()
    answers: dict[str, list[int]] = json.loads(done.output)
    honest = {str(one["token"]) for one in mails if one["honest"]}
    return (
        {token: codes for token, codes in answers.items() if token in honest},
        {token: codes for token, codes in answers.items() if token not in honest},
    )
