"""Asks the DNS by the machine's own resolver: each question once, and with a limit on the time.

A question without an answer is an error of its own, apart from a record that does not exist: a
missing record can be a mistake, while a silent resolver says nothing about anybody's records.
"""

import threading
import time
from collections.abc import Sequence
from concurrent.futures import Future

import dns.exception
import dns.name
import dns.rdata
import dns.resolver

from mail.resolve import UnansweredError

PATIENCE = 2.0  # seconds for one question
BUDGET = 6.0  # seconds for all of them


def name_servers() -> list[str]:
    """Return the addresses of the name servers that this machine asks; none if it has none."""
    try:
        return [str(server) for server in dns.resolver.Resolver().nameservers]
    except (dns.exception.DNSException, OSError):
        return []


class Resolver:
    """Answers as `mail.resolve.Resolve` asks, to several threads at once.

    Values come as text: names without their final dot, the strings of a TXT joined.
    """

    def __init__(self, *, patience: float = PATIENCE, budget: float = BUDGET) -> None:
        """Take the machine's name servers, and how many seconds to wait each time, and in all."""
        self._patience = patience
        self._deadline = time.monotonic() + budget
        self._lock = threading.Lock()
        self._answers: dict[tuple[str, str], Future[Sequence[str]]] = {}
        try:
            self._dns: dns.resolver.Resolver | None = dns.resolver.Resolver()
        except (dns.exception.DNSException, OSError):
            self._dns = None
            return
        self._dns.timeout = patience / 2  # so that a second server, or try, has its chance

    def __call__(self, name: str, kind: str) -> Sequence[str]:
        """Return the values at ``name`` of type ``kind``; none if there are none.

        Raises:
            UnansweredError: there is no answer; the message says why.
        """
        question = (name.rstrip(".").lower(), kind)
        with self._lock:
            first = question not in self._answers
            answer = self._answers.setdefault(question, Future())
        if first:
            try:
                answer.set_result(self._ask(*question))
            except Exception as error:  # noqa: BLE001 - every thread that waits must get it
                answer.set_exception(error)
        return answer.result()

    def _ask(self, name: str, kind: str) -> Sequence[str]:
        try:
            owner = dns.name.from_text(name)
        except (dns.exception.DNSException, UnicodeError, ValueError):
            return ()  # not a DNS name, so it has no records: an SPF record may name anything
        left = min(self._patience, self._deadline - time.monotonic())
        if self._dns is None or left <= 0:
            raise UnansweredError("no time left" if self._dns else "there is no name server")
        try:
            found = self._dns.resolve(owner, kind, raise_on_no_answer=False, lifetime=left)
        except dns.resolver.NXDOMAIN:
            return ()
        except dns.exception.Timeout:
            raise UnansweredError("no answer in time") from None
        except (dns.exception.DNSException, OSError):
            raise UnansweredError("the name server could not find out") from None
        return [_text(rdata) for rdata in found.rrset or ()]


def _text(rdata: dns.rdata.Rdata) -> str:
    strings: tuple[bytes, ...] | None = getattr(rdata, "strings", None)
    if strings is not None:
        return b"".join(strings).decode("utf-8", "replace")
    # An MX is asked for its target; of every other type the value is a name or an address.
    return str(getattr(rdata, "exchange", rdata)).removesuffix(".").lower()
