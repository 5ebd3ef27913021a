"""What is next after an `up`: what the DNS answers decides what is said."""

from collections.abc import Sequence
from typing import Any

import pytest

from mail.resolve import UnansweredError
from tools.changes.terminal import Line, wrapped
from tools.engine import next_steps

RECORD = "cloudflare:index/dnsRecord:DnsRecord"
HOST = {"name": "smtp.a.test", "ipv4": "192.0.2.1", "ipv6": "2001:db8::1"}
REVERSE = {
    "1.2.0.192.in-addr.arpa": "192.0.2.1",
    "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa": "2001:db8::1",
}


def event(key: str, state: dict[str, Any] | None) -> dict[str, Any]:
    return {key: {"metadata": {"new": state}}}


def record(kind: str, name: str, content: str) -> dict[str, Any]:
    inputs = {"type": kind, "name": name, "content": content}
    return event("resourcePreEvent", {"type": RECORD, "inputs": inputs})


EVENTS = [
    record("A", "smtp.a.test", "192.0.2.1"),
    record("MX", "a.test", "smtp.a.test"),
    record("TXT", "a.test", '"v=spf1 -all"'),
    event("resourcePreEvent", None),
    event("resOutputsEvent", {"type": "pulumi:pulumi:Stack", "outputs": {"host": HOST}}),
    # The stack is announced without its outputs too.
    event("resOutputsEvent", {"type": "pulumi:pulumi:Stack", "outputs": {}}),
]
RIGHT = {
    ("smtp.a.test", "A"): ["192.0.2.1"],
    ("a.test", "MX"): ["smtp.a.test"],
    **{(name, "PTR"): ["smtp.a.test"] for name in REVERSE},
}


def told(answers: dict[tuple[str, str], list[str]]) -> str:
    def resolve(name: str, kind: str) -> Sequence[str]:
        if (name, kind) not in answers:
            raise UnansweredError("nobody")
        return answers[name, kind]

    return written(next_steps.seen(next_steps.ask(EVENTS, resolve)))


def written(lines: Sequence[Line]) -> str:
    return "\n".join(row for line in lines for row in wrapped(line, None))


def test_all_right_is_said() -> None:
    assert told(RIGHT) == (
        "  ✓ reverse DNS of 192.0.2.1 is smtp.a.test: right\n"
        "  ✓ reverse DNS of 2001:db8::1 is smtp.a.test: right\n"
        "  ✓ the DNS answers as it should: MX of a.test, A of smtp.a.test"
    )


@pytest.mark.parametrize(("now", "words"), [([], "nothing"), (["vm1.p.test"], "vm1.p.test")])
def test_reverse_dns_still_to_set_names_address_name_and_where(now: list[str], words: str) -> None:
    said = told({**RIGHT, (next(iter(REVERSE)), "PTR"): now})
    assert f"✗ reverse DNS: give 192.0.2.1 the name smtp.a.test (now {words})" in said
    assert "rDNS or PTR" in said
    assert "✓ reverse DNS of 2001:db8::1 is smtp.a.test: right" in said


def test_what_cannot_be_asked_is_not_known() -> None:
    said = told({})
    assert said.count("? ") == 4
    assert "✗" not in said
    assert "✓" not in said


def test_an_old_answer_is_told() -> None:
    said = told({**RIGHT, ("a.test", "MX"): ["mx.old.test"]})
    assert "✗ MX of a.test: the DNS answers mx.old.test, and not yet smtp.a.test" in said


def test_the_commands_of_the_next_steps_are_named() -> None:
    said = written(next_steps.lines([], "a.test"))
    assert "make password STACK=a.test" in said
    assert "make testmail STACK=a.test TO=" in said
