"""A stolen password on the deployed server: what it can send, how it is shut out, who is told.

The account ``shop`` has limits so small that a few mails reach them (stacks/Pulumi.lab.yaml).
"""

import json
import random
import re
import secrets
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

import pytest

from lab import nodes, plan
from lab.ca import issuer
from lab.demo.delivery import Submission, send
from lab.demo.forged import outside
from lab.errors import LabError
from lab.operator import stack
from lab.world import receiver
from mail.gate.limits import AGAIN, GATHER
from mail.gate.spool import FIELD
from tests.e2e.conftest import ACCOUNT, Deployment
from tests.e2e_gate.test_gate import on_vps, refused_with, was_taken

SHOP = "shop@tapal.test"
STRANGERS = 10
POSTMASTER = f"postmaster@{plan.VPS.name}"
SHUT = 10  # seconds
STATE = "/var/lib/private/tapal-gate"
# Holds a connection open and sends a mail over it now and then, as another account.
NEIGHBOUR = """
import json, smtplib, ssl, sys, time
from mail.message.compose import compose
order = json.load(sys.stdin)
context = ssl.create_default_context(cafile=order["cafile"])
codes = []
with smtplib.SMTP_SSL(order["host"], order["port"], context=context, timeout=60) as session:
    session.login(order["user"], order["password"])
    for number in range(20):
        mail = compose(order["user"], [order["to"]], "neighbour", "text", token=str(number))
        session.mail(order["user"])
        session.rcpt(order["to"])
        codes.append(session.data(mail.content)[0])
        time.sleep(0.4)
print(json.dumps(codes))
"""

LOGIN = """
import json, smtplib, ssl, sys
order = json.load(sys.stdin)
context = ssl.create_default_context(cafile=order["cafile"])
with smtplib.SMTP_SSL(order["host"], order["port"], context=context, timeout=60) as session:
    session.login(order["user"], order["password"])
"""


@dataclass(frozen=True)
class Theft:
    """What somebody with the password of ``shop`` could do.

    Attributes:
        token: What stands in his mails.
        answers: When he tried, what code he got, and what was said.
        cut: When a connection that did nothing was cut, by the address that it came from.
        neighbour: The codes that another account got meanwhile, over one connection.
    """

    token: str
    answers: list[tuple[float, int, str]]
    cut: dict[str, float]
    neighbour: list[int]

    def first(self, code: int, words: str) -> float:
        """Return when an answer was given for the first time."""
        return next(when for when, got, said in self.answers if got == code and words in said)


def order(submission: Submission, **more: object) -> str:
    """Return an order for a program at the operator's machine."""
    return json.dumps(vars(submission) | {"cafile": str(issuer.file())} | more)


def steal(deployment: Deployment, token: str, **more: object) -> dict[str, object]:
    """Send as ``shop`` whatever is taken."""
    stolen = order(deployment.submission(SHOP), token=token, domain="tapal.test", **more)
    done = stack.run([sys.executable, "-m", "tests.e2e_gate.thief"], stdin=stolen).expect()
    answers: dict[str, object] = json.loads(done.output)
    return answers


def neighbour(deployment: Deployment) -> list[int]:
    """Send as another account meanwhile."""
    asked = order(deployment.submission(), to=plan.MAILBOX)
    done = stack.run([sys.executable, "-c", NEIGHBOUR], stdin=asked).expect()
    codes: list[int] = json.loads(done.output)
    return codes


def notices() -> list[bytes]:
    """Return what the postmaster was told."""
    field = f"\n{FIELD}: ".encode()
    return [raw for raw in receiver.messages(plan.MAILBOX) if field in raw]


def wait_for_login(deployment: Deployment) -> None:
    """Wait until ``shop`` can log in: chasquid reads its users every 30 s."""
    asked = order(deployment.submission(SHOP))
    deadline = time.monotonic() + 40
    while stack.run([sys.executable, "-c", LOGIN], stdin=asked).status:
        assert time.monotonic() < deadline
        time.sleep(1)


@pytest.fixture(scope="module")
def theft(deployment: Deployment) -> Theft:
    """Steal the password, once for all tests."""
    wait_for_login(deployment)
    token = secrets.token_hex(4)
    with ThreadPoolExecutor(2) as pool:
        other = pool.submit(neighbour, deployment)
        idle = [plan.OPERATOR.ipv4, plan.OPERATOR.ipv6]
        stolen = steal(deployment, token, idle=idle)
    answers = [(when, code, said) for when, code, said in stolen["answers"]]  # type: ignore[attr-defined]
    cut = stolen["closed"]
    assert isinstance(cut, dict)
    return Theft(token, answers, cut, other.result())


def test_a_stolen_password_sends_its_limit_and_no_more(theft: Theft) -> None:
    codes = [code for _, code, _ in theft.answers]
    assert codes.count(250) == STRANGERS
    over = next(said for _, code, said in theft.answers if code == 451)
    assert re.fullmatch(
        rf"4\.7\.28 {SHOP} may write to 10 new recipients a day \(strangersPerDay\), 10 are used "
        r"up; room for 1 more at 20\d\d-\d\d-\d\d \d\d:\d\d:00 UTC",
        over,
    )
    deadline = time.monotonic() + 30
    while len(_sent(theft)) < STRANGERS and time.monotonic() < deadline:
        time.sleep(0.5)
    assert len(_sent(theft)) == STRANGERS


def _sent(theft: Theft) -> list[bytes]:
    return [raw for raw in receiver.messages(plan.MAILBOX) if theft.token.encode() in raw]


def test_it_is_shut_out_and_its_open_connections_are_cut(theft: Theft) -> None:
    denied = theft.first(554, "5.7.13")
    assert theft.first(535, "login") - denied <= SHUT
    assert theft.cut.keys() == {plan.OPERATOR.ipv4, plan.OPERATOR.ipv6}
    assert max(theft.cut.values()) - denied <= SHUT


def test_another_account_of_the_server_is_not_disturbed(theft: Theft) -> None:
    assert theft.neighbour == [250] * 20


def test_the_postmaster_has_exactly_one_mail(theft: Theft) -> None:
    receiver.wait_for(plan.MAILBOX, f"{SHOP} is denied")
    time.sleep(max(0, theft.answers[-1][0] + GATHER + 8 - time.time()))
    (raw,) = notices()
    told = raw.decode()
    assert f"From: Mail gate <{POSTMASTER}>" in told
    assert plan.OPERATOR.ipv6 in told, "from where it was handed in"
    assert "shop: {strangersPerDay: 20}" in told
    assert "spf=pass" in told


@pytest.mark.parametrize("kind", ["none", "used", "guessed", "empty"])
def test_nobody_else_can_use_the_notices_way(theft: Theft, kind: str) -> None:
    assert theft.answers
    used = re.search(rf"^{FIELD}: (\w+)", notices()[0].decode(), re.MULTILINE)
    assert used is not None
    values = {"used": used[1], "guessed": secrets.token_hex(16), "empty": ""}
    more = ["--header", f"{FIELD}: {values[kind]}"] if kind in values else []
    assert refused_with(outside("<>", POSTMASTER, POSTMASTER, *more), "5.7.26")
    # From the server itself, by whoever has no more rights than to reach its port 25.
    lines = [f"From: {POSTMASTER}", "Subject: x", *more[1:]]
    assert "5.7.26" in _from_vps("\r\n".join([*lines, "", "text", ""]))


def _from_vps(mail: str) -> str:
    code = (
        "import smtplib, sys\n"
        "try:\n"
        f"  smtplib.SMTP('127.0.0.1', 25, local_hostname='x').sendmail('', ['{POSTMASTER}'],"
        " sys.stdin.read())\n"
        "except smtplib.SMTPDataError as error:\n"
        "  print(error)\n"
    )
    done = nodes.run(
        "vps", ["runuser", "-u", "nobody", "--", "python3", "-c", code], stdin=mail.encode()
    )
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode()


def test_a_secret_that_is_valid_opens_nothing_from_elsewhere(theft: Theft) -> None:
    assert theft.answers
    secret = secrets.token_hex(16)
    on_vps("systemctl", "stop", "tapal-gate-post.path")
    try:
        on_vps("sh", "-c", f"echo x >{STATE}/notices/{secret}.eml && chmod 644 {STATE}/notices/*")
        more = ["--header", f"{FIELD}: {secret}"]
        assert refused_with(outside("<>", POSTMASTER, POSTMASTER, *more), "5.7.26")
        other = outside("<>", "i@tapal.test", "i@tapal.test", *more)
        assert refused_with(other, "5.7.26")
    finally:
        on_vps("rm", "-f", f"{STATE}/notices/{secret}.eml")
        on_vps("systemctl", "start", "tapal-gate-post.path")


def test_the_users_are_shown(deployment: Deployment, theft: Theft) -> None:
    assert deployment.up.status == 0
    assert theft.answers
    argv = [sys.executable, "-m", "tools.users", "lab"]
    rows = json.loads(stack.run([*argv, "--json"]).expect().output)["accounts"]
    shop = next(one for one in rows if one["account"] == SHOP)
    assert (shop["recipientsInDay"], shop["strangersInDay"]) == (STRANGERS, STRANGERS)
    assert "it went on sending" in shop["denied"]
    shown = stack.run(argv).expect().output
    assert re.search(rf"{SHOP} .* 10 of 20 +10 of 10 .*✗ denied 20\d\d-", shown)


def test_up_gives_the_account_back(deployment: Deployment, theft: Theft) -> None:
    assert theft.answers
    preview = deployment.stack.preview("--diff")
    assert "it went on sending when it was over its limits" in preview.output
    assert "file: /etc/chasquid/domains/tapal.test/users" in preview.output
    deployment.stack.up("--skip-preview").expect()
    deployment.stack.preview("--expect-no-changes").expect()
    wait_for_login(deployment)
    send(deployment.submission(SHOP), plan.MAILBOX)


def test_killed_at_random_it_counts_all_the_same(deployment: Deployment) -> None:
    wait_for_login(deployment)
    with ThreadPoolExecutor(1) as pool:
        stolen = pool.submit(steal, deployment, secrets.token_hex(4), tries=25)
        while not stolen.done():
            nodes.run("vps", ["systemctl", "kill", "--signal=KILL", "tapal-gate.service"])
            time.sleep(random.uniform(0.5, 1.5))  # noqa: S311 - no secret
    answers = stolen.result()["answers"]
    assert isinstance(answers, list)
    assert [code for _, code, _ in answers].count(250) <= STRANGERS
    assert any("4.7.28" in said for _, _, said in answers)


def test_it_is_shut_out_although_what_does_that_is_killed(deployment: Deployment) -> None:
    unit = "tapal-gate-deny.service"
    with slow("chasquid-util", 2), ThreadPoolExecutor(1) as pool:
        stolen = pool.submit(steal, deployment, secrets.token_hex(4), tries=100)
        deadline = time.monotonic() + 30
        while nodes.run("vps", ["pgrep", "-f", "sleep 2"]).returncode:
            assert time.monotonic() < deadline
        on_vps("systemctl", "kill", "--signal=KILL", unit)
        assert any("5.7.13" in said for _, _, said in stolen.result()["answers"])  # type: ignore[attr-defined]
    assert not _is_denied_by_the_policy(), "it was killed before it wrote anything"
    deadline = time.monotonic() + AGAIN + 20
    while not _is_denied_by_the_policy():
        assert time.monotonic() < deadline
        time.sleep(0.5)
    time.sleep(2)
    with pytest.raises(LabError, match="535"):
        send(deployment.submission(SHOP), plan.MAILBOX)
    deployment.stack.up("--skip-preview").expect()


def _is_denied_by_the_policy() -> bool:
    return '"denied"' in on_vps("cat", "/etc/tapal/gate/domains/tapal.test.json")


@contextmanager
def slow(program: str, seconds: int) -> Iterator[None]:
    """Have a program of the VPS take its time."""
    path = f"/usr/bin/{program}"
    script = f'#!/bin/sh\nsleep {seconds}\nexec {path}.real "$@"\n'
    on_vps("mv", path, f"{path}.real")
    try:
        on_vps("sh", "-c", f"printf '%s' '{script}' >{path} && chmod 755 {path}")
        yield
    finally:
        on_vps("mv", f"{path}.real", path)


@contextmanager
def full_disk() -> Iterator[None]:
    """Have the gate's state on a small file system that is full."""
    service = "tapal-gate.service"
    on_vps("systemctl", "stop", service)
    on_vps("mount", "-t", "tmpfs", "-o", "size=1m,mode=700", "tmpfs", STATE)
    try:
        on_vps("sh", "-c", f"head -c 2M /dev/zero >{STATE}/filler || true")
        on_vps("systemctl", "start", service)
        yield
        on_vps("systemctl", "stop", service)
    finally:
        on_vps("umount", STATE)
        on_vps("systemctl", "restart", service)


def test_on_a_full_disk_submitted_mail_waits_and_the_rest_goes_on(deployment: Deployment) -> None:
    outsider = "somebody@receiver.test"
    with full_disk():
        with pytest.raises(LabError, match=r"4\.3\.1"):
            send(deployment.submission(), plan.MAILBOX)
        assert was_taken(outside(outsider, outsider, "anything@tapal.test"))
        assert refused_with(outside(outsider, ACCOUNT, "anything@tapal.test"), "5.7.26")
        on_vps("rm", f"{STATE}/filler")
        send(deployment.submission(), plan.MAILBOX)
    send(deployment.submission(), plan.MAILBOX)


def test_without_its_state_it_starts_anew_and_says_so(deployment: Deployment) -> None:
    on_vps("sh", "-c", f"rm {STATE}/limits.db*")
    on_vps("systemctl", "restart", "tapal-gate.service")
    send(deployment.submission(), plan.MAILBOX)
    assert "counting starts anew" in on_vps("journalctl", "-u", "tapal-gate.service", "-n", "20")


def test_what_shuts_accounts_out_trusts_no_name(deployment: Deployment) -> None:
    assert deployment.up.status == 0
    before = on_vps("sh", "-c", "cat /etc/chasquid/domains/*/users")
    names = "nobody@tapal.test root@localhost --help x@elsewhere.test"
    on_vps(
        "sh",
        "-c",
        f"cd {STATE} && install -d -m 700 -o $(stat -c %u .) deny && cd deny && touch -- {names}",
    )
    deadline = time.monotonic() + 10
    while on_vps("ls", f"{STATE}/deny"):
        assert time.monotonic() < deadline
        time.sleep(0.2)
    time.sleep(1)
    assert on_vps("sh", "-c", "cat /etc/chasquid/domains/*/users") == before
