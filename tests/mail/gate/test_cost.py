"""What a decision costs: it is made hundreds of times a second."""

import timeit

import pytest

from mail.gate import decision, envelope, headers
from tests.mail.gate import case, world

# Measured 0.05 ms for a head of 5 KB with 32 fields; a busy machine must not fail the test.
LONGEST = 0.001
# What a stranger can make it cost, with the most that is read.
WORST = 0.1
FORMS = ["submitted/gmail-send-mail-as.eml", "outside/list-google-groups.eml"]


@pytest.mark.parametrize("name", [*FORMS, "outside/long-references.eml"])
def test_a_decision_costs_little(name: str) -> None:
    mail = case.read("honest", name).mail
    environment, data, policy = mail.environment, mail.stdin, world.policy()

    def once() -> None:
        decision.decide(envelope.read(environment), headers.read(data), policy)

    assert min(timeit.repeat(once, number=50, repeat=5)) / 50 < LONGEST


@pytest.mark.parametrize(
    "part",
    [
        *(b"(", b'"', b"\\", b"<", b"@", b"a ", b"a.", b"(a)", b'"(', b"a@b.c,", b"@a.example."),
        *(b"=?", b"=?utf-8?q?a", b"=?utf-8?b?aaaa?= (", b"=?utf-7?q?+AEA-?=", b"xn--a-"),
        "ａ".encode(),
    ],
    ids=repr,
)
def test_no_line_costs_much(part: bytes) -> None:
    line = part * (headers.LONGEST_AUTHORS // len(part))
    folded = b"\n ".join(line[start : start + 900] for start in range(0, len(line), 910))
    mail = world.Mail(data=b"From: " + folded + b"\n\n")
    assert min(timeit.repeat(lambda: world.decide(mail), number=1, repeat=3)) < WORST
