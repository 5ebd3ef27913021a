"""The receiver's view of a mail, read from the message that it stored.

Only headers that the receiver itself wrote count: the topmost ``Received``, in Postfix's form, and
the ``Authentication-Results`` (RFC 8601) whose author is the host of that ``Received``.
"""

from dataclasses import dataclass

from mail import rdns
from mail.finding import Finding
from mail.message import received, signature
from mail.message.auth_results import AuthResults, judged
from mail.message.headers import Headers
from mail.message.received import Received
from mail.rule import Rule

SPAM_SCORE = Rule(
    id="spam-score",
    source="rspamd, X-Spamd-Result",
    why="A mail that is as it should be has a spam score below zero.",
    cure="look up the spam filter's rules that matched",
)
SPF_NOT_PASSED = Rule(
    id="spf-not-passed",
    source="RFC 8601 §2.7.2",
    why="The receiver did not find the sending address among those that the domain allows.",
    cure="check the SPF records, and that the mail left from an address they name",
)
DMARC_NOT_PASSED = Rule(
    id="dmarc-not-passed",
    source="RFC 9989 §4.4",
    why="Neither SPF nor DKIM passed for the domain of the From address.",
    cure="make SPF or DKIM pass for the domain of the From address",
)
DKIM_NOT_PASSED = Rule(
    id="dkim-not-passed",
    source="RFC 8601 §2.7.1",
    why="The receiver could not verify a signature by the record that the zone holds.",
    cure="compare the published record with the key on the host: run `pulumi up`",
)
DKIM_MISSING = Rule(
    id="dkim-missing",
    source="RFC 6376 §3.5",
    why="Mail that is submitted to the server is signed by every active key of its domain.",
    cure="send it by submission, logged in, as an address of a domain with an active key",
)
NO_TLS = Rule(
    id="no-tls",
    source="RFC 3207",
    why="Mail that goes from server to server without TLS can be read on the way.",
    cure="check that the receiver offers STARTTLS; chasquid uses it wherever it can",
)
HELO_NOT_PTR = Rule(
    id="helo-not-ptr",
    source="RFC 1912 §2.1",
    why="Receivers compare the name that a server gives itself with its reverse DNS.",
    cure="set the PTR to the server's name",
)


@dataclass(frozen=True, kw_only=True)
class DkimVerdict:
    """The receiver's result for one signature; ``algorithm`` is the signature's own word."""

    result: str
    domain: str
    selector: str
    algorithm: str


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What the receiver found.

    Attributes:
        spf: Result (RFC 8601 §2.7.2) such as ``pass``; ``none`` if not judged.
        dkim: One per signature.
        dmarc: Result; ``dmarc_policy`` is the policy that applied.
        dmarc_policy: Such as ``quarantine``; empty if not told.
        transport: How the mail came in: HELO, PTR, address, TLS.
        score: The spam filter's score; None if it gave none.
        symbols: The spam filter's rules that matched, with their scores.
        seconds: From the message's Date (whole seconds) to its arrival.
        message_id: The message's own.
    """

    spf: str
    dkim: tuple[DkimVerdict, ...]
    dmarc: str
    dmarc_policy: str
    transport: Received
    score: float | None
    symbols: dict[str, float]
    seconds: float | None
    message_id: str

    @property
    def passed(self) -> bool:
        """Whether nothing is wrong."""
        return not self.problems()

    def problems(self, selectors: tuple[str, ...] = ()) -> list[Finding]:
        """Return what is wrong; ``selectors`` are those that must have signed."""
        found = [*self._authentication(), *self._signatures(selectors), *self._transport()]
        if self.score is not None and self.score >= 0:
            bad = sorted(name for name, score in self.symbols.items() if score > 0)
            reason = f"the spam filter gave {self.score:+.2f}: {', '.join(bad) or 'no rule named'}"
            found.append(SPAM_SCORE.found("", reason=reason))
        return found

    def _authentication(self) -> list[Finding]:
        found = []
        if self.spf != "pass":
            found.append(SPF_NOT_PASSED.found("", reason=f"spf={self.spf}"))
        if self.dmarc != "pass":
            found.append(DMARC_NOT_PASSED.found("", reason=f"dmarc={self.dmarc}"))
        return found

    def _signatures(self, selectors: tuple[str, ...]) -> list[Finding]:
        found = []
        for one in self.dkim:
            if one.result != "pass":
                reason = f"dkim={one.result} for selector {one.selector} of {one.domain}"
                found.append(DKIM_NOT_PASSED.found("", reason=reason))
        missing = set(selectors) - {one.selector for one in self.dkim}
        for selector in sorted(missing):
            reason = f"the mail carries no signature by selector {selector}"
            cure = "check that this key is active and chasquid was restarted since"
            found.append(DKIM_MISSING.found("", reason=reason, cure=cure))
        if not self.dkim and not selectors:
            found.append(DKIM_MISSING.found("", reason="the mail carries no signature"))
        return found

    def _transport(self) -> list[Finding]:
        helo, ptr = self.transport.helo, self.transport.ptr
        found = []
        if not self.transport.tls:
            found.append(NO_TLS.found("", reason="the mail came in without TLS"))
        if not ptr:
            reason = f"{self.transport.client} has no PTR that its name confirms"
            cure = f"set its PTR to {helo}"
            found.append(rdns.MISSING.found("", reason=reason, cure=cure, level="error"))
        elif ptr != helo:
            reason = f"the server calls itself {helo}, its PTR says {ptr}"
            cure = f"set the PTR to {helo}"
            found.append(HELO_NOT_PTR.found("", reason=reason, cure=cure))
        return found


def read(raw: bytes, receiver: str | None = None) -> Verdict:
    """Read the verdict out of a stored message.

    Args:
        raw: The message as the receiver keeps it.
        receiver: Who must have written the Authentication-Results; the host of the topmost
            ``Received`` if left out.

    Raises:
        ValueError: The topmost ``Received`` is missing, or does not have Postfix's form.
    """
    headers = Headers.of(raw)
    transport = received.read(headers.first("Received"))
    results = judged(headers.all("Authentication-Results"), receiver or transport.by)
    score, symbols = received.spam_result(headers.first("X-Spamd-Result"))
    sent = headers.date("Date")
    return Verdict(
        spf=results.spf,
        dkim=_signed(results, raw),
        dmarc=results.dmarc,
        dmarc_policy=results.dmarc_policy,
        transport=transport,
        score=score,
        symbols=symbols,
        seconds=(transport.at - sent).total_seconds() if transport.at and sent else None,
        message_id=headers.first("Message-ID"),
    )


def _signed(results: AuthResults, raw: bytes) -> tuple[DkimVerdict, ...]:
    """Return the results with each signature's algorithm, which not every receiver repeats."""
    algorithms = {(one.get("d"), one.get("s")): one.get("a", "") for one in signature.tags(raw)}
    return tuple(
        DkimVerdict(
            result=one.result,
            domain=one.domain,
            selector=one.selector,
            algorithm=algorithms.get((one.domain, one.selector), ""),
        )
        for one in results.dkim
    )
