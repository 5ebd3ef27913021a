"""The machine's resolver, asked over UDP: what is told from what, how often, and for how long."""

import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import dns.message
import dns.rcode
import dns.resolver
import dns.rrset
import pytest

from mail.lookup import Resolver
from mail.resolve import UnansweredError, overlay

RECORDS = {
    ("host.example.", "A"): ["203.0.113.7"],
    ("host.example.", "AAAA"): [],
    ("long.example.", "TXT"): ['"v=spf1 " "-all"', '"other"'],
    ("mx.example.", "MX"): ["10 Smtp.Example.", "20 b.example."],
    ("alias.example.", "CNAME"): ["host.example."],
}


class NameServer(threading.Thread):
    """Answers `RECORDS`; fails for names below ``broken.``, is silent for those below ``mute.``."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.asked: list[str] = []

    def run(self) -> None:
        while True:
            wire, sender = self.socket.recvfrom(4096)
            if not wire:
                return
            answer = self._answer(dns.message.from_wire(wire))
            if answer is not None:
                self.socket.sendto(answer.to_wire(), sender)

    def _answer(self, query: dns.message.Message) -> dns.message.Message | None:
        question = query.question[0]
        name, kind = str(question.name).lower(), question.rdtype.name
        self.asked.append(f"{name} {kind}")
        answer = dns.message.make_response(query)
        if name.endswith("mute."):
            return None
        if name.endswith("broken."):
            answer.set_rcode(dns.rcode.SERVFAIL)
        elif values := RECORDS.get((name, kind)):
            answer.answer.append(dns.rrset.from_text_list(question.name, 60, "IN", kind, values))
        elif not any(known == name for known, _ in RECORDS):
            answer.set_rcode(dns.rcode.NXDOMAIN)
        return answer

    def stop(self) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as end:
            end.sendto(b"", self.socket.getsockname())
        self.join()
        self.socket.close()


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[NameServer]:
    """Make a name server of our own this machine's."""
    made = NameServer()
    made.start()
    configured = dns.resolver.Resolver(configure=False)
    configured.nameservers = ["127.0.0.1"]
    configured.port = made.socket.getsockname()[1]
    monkeypatch.setattr(dns.resolver, "Resolver", lambda: configured)
    yield made
    made.stop()


@pytest.mark.usefixtures("server")
@pytest.mark.parametrize(
    ("name", "kind", "values"),
    [
        ("host.example", "A", ["203.0.113.7"]),
        ("HOST.example.", "A", ["203.0.113.7"]),
        ("host.example", "AAAA", []),
        ("long.example", "TXT", ["v=spf1 -all", "other"]),
        ("mx.example", "MX", ["smtp.example", "b.example"]),
        ("alias.example", "CNAME", ["host.example"]),
        ("nowhere.example", "TXT", []),
        ("two..dots.example", "TXT", []),
        (f"{'x' * 64}.example", "TXT", []),
    ],
)
def test_values(name: str, kind: str, values: list[str]) -> None:
    assert sorted(Resolver()(name, kind)) == sorted(values)


@pytest.mark.usefixtures("server")
def test_what_failed_is_not_what_is_not_there() -> None:
    with pytest.raises(UnansweredError, match="could not find out"):
        Resolver()("name.broken", "TXT")


@pytest.mark.usefixtures("server")
def test_silence_is_waited_for_only_so_long() -> None:
    started = time.monotonic()
    with pytest.raises(UnansweredError, match="no answer in time"):
        Resolver(patience=0.3)("name.mute", "TXT")
    assert time.monotonic() - started < 1


@pytest.mark.usefixtures("server")
def test_all_questions_together_have_a_limit() -> None:
    resolve = Resolver(patience=0.2, budget=0.3)
    started = time.monotonic()
    for number in range(20):
        with pytest.raises(UnansweredError):
            resolve(f"name{number}.mute", "TXT")
    assert time.monotonic() - started < 1


def test_a_question_is_asked_once_whoever_asks(server: NameServer) -> None:
    resolve = Resolver()
    with ThreadPoolExecutor(8) as pool:
        names = ["host.example", "Host.Example.", "host.example"] * 8
        answers = list(pool.map(lambda name: resolve(name, "A"), names))
    assert answers == [["203.0.113.7"]] * 24
    assert server.asked == ["host.example. A"]


def test_a_question_without_an_answer_is_asked_once_too(server: NameServer) -> None:
    resolve = Resolver(patience=0.2)
    for _ in range(3):
        with pytest.raises(UnansweredError):
            resolve("name.broken", "TXT")
    assert set(server.asked) == {"name.broken. TXT"}
    seen = len(server.asked)
    with pytest.raises(UnansweredError):
        resolve("name.broken", "TXT")
    assert len(server.asked) == seen


def test_without_a_name_server(monkeypatch: pytest.MonkeyPatch) -> None:
    def none() -> None:
        raise dns.resolver.NoResolverConfiguration

    monkeypatch.setattr(dns.resolver, "Resolver", none)
    with pytest.raises(UnansweredError, match="no name server"):
        Resolver()("host.example", "A")


def test_what_is_planned_is_not_asked() -> None:
    def dns_says(name: str, kind: str) -> list[str]:
        return [f"{name} {kind} of the DNS"]

    resolve = overlay({("a.example", "A"): ["203.0.113.1"], ("a.example", "AAAA"): []}, dns_says)
    assert resolve("A.example.", "A") == ["203.0.113.1"]
    assert resolve("a.example", "AAAA") == []
    assert resolve("a.example", "TXT") == ["a.example TXT of the DNS"]
