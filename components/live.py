"""Asks the DNS what only the DNS knows about a stack's settings, before anything is declared.

What this very stack (or its host's) is going to publish is answered from the plan, so that a
first `up` is judged as it will be. A question that nobody answers is an advice: a preview must
work without a name server.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

from components import domain_rules
from components.settings import Domain, Host, Settings
from mail import dmarc, exchanger, rdns, spf
from mail.finding import Finding
from mail.resolve import Records, UnansweredError, overlay
from mail.spf import Resolve

AT_ONCE = 16  # questions in the air; each waits on the network, not on this machine


@dataclass(frozen=True, kw_only=True)
class Question:
    """One thing to find out.

    Attributes:
        what: its name, for a person who must be told that it was not found out.
        ask: finds it out.
    """

    what: str
    ask: Callable[[], Sequence[Finding]]


def resolver() -> Resolve:
    """Return how the DNS is asked: by this machine's resolver."""
    # Imported here: it costs some 0.1 s, which pass while others wait (`components.survey`).
    from mail.lookup import Resolver  # noqa: PLC0415

    return Resolver()


def check(
    settings: Settings, host: Host, published: Mapping[str, str], resolve: Resolve
) -> list[Finding]:
    """Return what the DNS says against ``settings``, and what is worth knowing.

    Args:
        settings: the stack's, free of errors.
        host: its own host, or that of ``hostStack``.
        published: by domain, the SPF record that it is going to have.
        resolve: how to ask the DNS; it may raise `UnansweredError`.
    """
    planned = overlay(_planned(settings, host, published), resolve)
    questions = [*_of_host(settings.host, planned)] if settings.host else []
    for index, domain in enumerate(settings.domains):
        questions += _of_domain(domain, published.get(domain.name), f"domains[{index}]", planned)
    return _answers(questions)


def _answers(questions: Sequence[Question]) -> list[Finding]:
    if not questions:
        return []
    with ThreadPoolExecutor(max_workers=AT_ONCE) as pool:
        answers = [(question, pool.submit(question.ask)) for question in questions]
    findings: list[Finding] = []
    unanswered: dict[str, str] = {}
    for question, answer in answers:
        try:
            findings += answer.result()
        except UnansweredError as error:
            unanswered[question.what] = str(error)
    return [*findings, *_not_asked(unanswered)]


def _planned(settings: Settings, host: Host, published: Mapping[str, str]) -> Records:
    planned: dict[tuple[str, str], Sequence[str]] = {
        (host.name, "A"): [host.ipv4],
        (host.name, "AAAA"): [host.ipv6.address] if host.ipv6 else [],
        (host.name, "CNAME"): [],
        (host.name, "TXT"): [spf.helo_record()],
        (spf.record_name(host.domain), "TXT"): [spf.host_record(host.name)],
    }
    for domain in settings.domains:
        if domain.name in published:
            planned[domain.name, "TXT"] = [published[domain.name]]
        if domain.mx == "host":
            planned[domain.name, "MX"] = [host.name]
        elif domain.mx != "keep":
            planned[domain.name, "MX"] = [one.host for one in domain.mx]
    return planned


def _of_host(host: Host, resolve: Resolve) -> Iterator[Question]:
    addresses = {"host.ipv4": host.ipv4, "host.ipv6": host.ipv6.address if host.ipv6 else ""}
    for key, address in addresses.items():
        if address:
            ask = partial(rdns.check, address, host.name, resolve, key, level="advice")
            yield Question(what=f"the PTR of {address}", ask=ask)


def _of_domain(
    domain: Domain, record: str | None, place: str, resolve: Resolve
) -> Iterator[Question]:
    if record is not None:
        ask = partial(_spf, domain.name, record, f"{place}.spf", resolve)
        yield Question(what=f"what the SPF of {domain.name} includes", ask=ask)
    if not isinstance(domain.mx, str):
        for index, one in enumerate(domain.mx):
            key = f"{place}.mx[{index}].host"
            look_up = partial(exchanger.look_up, one.host, resolve, key)
            yield Question(what=f"the address of {one.host}", ask=look_up)
    policy = domain_rules.policy(domain.dmarc)
    for outside in dmarc.outside_report_domains(policy, domain.name):
        key = f"{place}.dmarc"
        consent = partial(dmarc.look_up_consent, domain.name, outside, resolve, key)
        yield Question(what=f"whether {outside} agrees to reports on {domain.name}", ask=consent)


def _spf(domain: str, record: str, key: str, resolve: Resolve) -> list[Finding]:
    return spf.count_lookups(domain, resolve, record).findings(key)


def _not_asked(unanswered: Mapping[str, str]) -> Iterator[Finding]:
    if unanswered:
        listed = "; ".join(unanswered)
        why = ", ".join(dict.fromkeys(unanswered.values()))
        yield Finding(
            id="dns-unanswered",
            key="",
            reason=f"the DNS gave no answer ({why}), so this was not checked: {listed}",
            cure="nothing depends on it now; see that this machine's name server works, or wait",
            level="advice",
        )
