"""A blank VPS, one `pulumi up`, and what independent judges say of the result."""

import dataclasses
import json
import re
import time

import pytest

from lab import nodes, plan
from lab.ca import issuer
from lab.demo import verdicts
from lab.demo.delivery import send
from lab.errors import LabError
from lab.operator import machine, stack
from lab.world import receiver
from mail import ports
from mail.message import signature
from mail.message.verdict import read
from tests.e2e.conftest import SELECTORS, Deployment


def test_the_first_preview_lists_every_resource(deployment: Deployment) -> None:
    assert deployment.preview.status == 0, deployment.preview.output
    planned = re.search(r"\+ (\d+) to create", deployment.preview.output)
    created = re.search(r"\+ (\d+) created", deployment.up.output)
    assert planned is not None
    assert created is not None
    assert planned.group(1) == created.group(1)
    for words in ("v=spf1 a:smtp.tapal.test ~all", "/etc/chasquid/chasquid.conf", "p=quarantine"):
        assert words in deployment.preview.output


def test_the_state_does_not_say_what_line_declared_what(deployment: Deployment) -> None:
    file = machine.state() / ".pulumi" / "stacks" / "tapal" / f"{deployment.stack.name}.json"
    resources = json.loads(file.read_text())["checkpoint"]["latest"]["resources"]
    told = {one["type"] for one in resources if {"stackTrace", "sourcePosition"} & one.keys()}
    # The stack itself is declared before the program begins.
    assert told <= {"pulumi:pulumi:Stack"}


def test_mail_passes_over_ipv6(deployment: Deployment) -> None:
    delivery = send(deployment.submission(), plan.MAILBOX)
    assert verdicts.passed(delivery, SELECTORS), list(verdicts.lines(delivery, SELECTORS))
    assert delivery.verdict.transport.family == "IPv6"


def test_mail_passes_over_ipv4_where_the_receiver_has_no_ipv6(deployment: Deployment) -> None:
    delivery = send(deployment.submission(), plan.MAILBOX_V4)
    assert verdicts.passed(delivery, SELECTORS), list(verdicts.lines(delivery, SELECTORS))
    assert delivery.verdict.transport.family == "IPv4"


def test_submission_on_587_works_too(deployment: Deployment) -> None:
    order = dataclasses.replace(deployment.submission(), port=ports.SUBMISSION)
    delivery = send(order, plan.MAILBOX)
    assert verdicts.passed(delivery, SELECTORS)


def test_dkimpy_verifies_each_signature_against_the_labs_dns(deployment: Deployment) -> None:
    raw = send(deployment.submission(), plan.MAILBOX).raw
    results = signature.verify(raw, _txt)
    assert {result.selector for result in results} == set(SELECTORS)
    assert all(result.passed for result in results), results
    broken = signature.verify(raw.replace(b"Subject: ", b"Subject: x"), _txt)
    assert not any(result.passed for result in broken)


def _txt(name: str) -> str | None:
    answer = stack.run(["dig", "+short", "TXT", name]).expect().output
    strings = re.findall(r'"([^"]*)"', answer)
    return "".join(strings) or None


@pytest.mark.parametrize("port", ports.SERVED)
def test_openssl_gets_a_chain_to_the_labs_ca(deployment: Deployment, port: int) -> None:
    assert deployment.up.status == 0
    starttls = [] if port == ports.SUBMISSIONS else ["-starttls", "smtp"]
    argv = ["openssl", "s_client", "-connect", f"{plan.VPS.name}:{port}", *starttls]
    argv += ["-CAfile", str(issuer.file()), "-verify_return_error"]
    argv += ["-verify_hostname", plan.VPS.name, "-brief"]
    done = stack.run(argv, stdin="QUIT\n")
    assert done.status == 0, done.output
    assert "Verification: OK" in done.output
    assert "TLSv1.3" in done.output
    assert f"Verified peername: {plan.VPS.name}" in done.output


@pytest.mark.parametrize("family", ["-4", "-6"])
def test_only_the_named_ports_are_open(deployment: Deployment, family: str) -> None:
    assert deployment.up.status == 0
    address = plan.VPS.ipv4 if family == "-4" else plan.VPS.ipv6
    nodes.run("vps", ["systemd-run", "--unit=tapal-test-listener", "--collect",
                      "python3", "-m", "http.server", "8080", "--bind", "::"])  # fmt: skip
    try:
        for port in (22, 25, 465, 587, 8080):
            probe = ["timeout", "1", "bash", "-c", f"exec 3<>/dev/tcp/{address}/{port}"]
            assert (stack.run(probe).status == 0) == (port != 8080), port
    finally:
        nodes.run("vps", ["systemctl", "stop", "tapal-test-listener"])


def test_mail_to_the_catch_all_is_forwarded_and_passes_spf(deployment: Deployment) -> None:
    assert deployment.up.status == 0
    subject = "to the catch-all"
    swaks = ["swaks", "--server", plan.VPS.name, "--local-interface", plan.RECEIVER.ipv6]
    swaks += ["--ehlo", plan.RECEIVER.name, "--from", "somebody@receiver.test"]
    swaks += ["--to", "anything@tapal.test", "--h-Subject", subject, "--tls"]
    sent = nodes.run("world", swaks)
    assert sent.returncode == 0, sent.stdout.decode()
    raw = receiver.wait_for(plan.MAILBOX, subject)
    verdict = read(raw)
    assert verdict.spf == "pass"
    assert verdict.transport.client == plan.VPS.ipv6
    assert "fwd_from" in str(receiver.parse(raw)["Return-Path"])


def test_the_server_is_no_open_relay(deployment: Deployment) -> None:
    assert deployment.up.status == 0
    swaks = ["swaks", "--server", plan.VPS.name, "--from", "somebody@receiver.test"]
    refused = nodes.run("world", [*swaks, "--to", plan.MAILBOX, "--quit-after", "RCPT"])
    assert refused.returncode != 0
    assert b"550" in refused.stdout or b"503" in refused.stdout


def test_a_wrong_password_is_refused(deployment: Deployment) -> None:
    wrong = dataclasses.replace(deployment.submission(), password="not-the-password-at-all")
    with pytest.raises(LabError, match="535"):
        send(wrong, plan.MAILBOX)


def test_chasquid_is_confined(deployment: Deployment) -> None:
    assert deployment.up.status == 0
    done = nodes.run("vps", ["systemd-analyze", "security", "--no-pager", "chasquid.service"])
    score = re.search(rb"Overall exposure level for chasquid.service: ([0-9.]+)", done.stdout)
    assert score is not None
    assert float(score.group(1)) <= 1.5


def _at_once() -> str:
    """Return how many threads chasquid, which has just been started, may have at work at once."""
    for _ in range(50):
        pid = nodes.run("vps", ["systemctl", "show", "-P", "MainPID", "chasquid.service"]).stdout
        variables = nodes.run("vps", ["cat", f"/proc/{pid.decode().strip()}/environ"]).stdout
        if found := re.search(rb"(?:^|\0)GOMAXPROCS=(\d+)\0", variables):
            return found[1].decode()
        time.sleep(0.1)  # systemd has not yet made it chasquid
    return "not set"


def test_chasquids_processors_are_counted_at_each_start(deployment: Deployment) -> None:
    assert deployment.up.status == 0
    count = int(nodes.run("vps", ["nproc"]).stdout)
    assert _at_once() == str(2 * count)
    folder = "/run/systemd/system/chasquid.service.d"
    smaller = f"mkdir -p {folder} && printf '[Service]\\nCPUAffinity=0\\n' >{folder}/smaller.conf"
    restart = "systemctl daemon-reload && systemctl restart chasquid.service"
    try:
        assert nodes.run("vps", ["sh", "-c", f"{smaller} && {restart}"]).returncode == 0
        assert _at_once() == "2"
    finally:
        nodes.run("vps", ["sh", "-c", f"rm -r {folder} && {restart}"])
    assert _at_once() == str(2 * count)


def test_accounts_cannot_be_read_by_others(deployment: Deployment) -> None:
    assert deployment.up.status == 0
    listed = nodes.run("vps", ["find", "/etc/chasquid", "-perm", "/o+r", "-name", "users", "-o",
                               "-perm", "/o+r", "-name", "*.pem"])  # fmt: skip
    assert listed.stdout.split() == []
