"""Asks the DNS what only the DNS knows about a stack's settings, before anything is declared.

What this very stack (or its host's) is going to publish is answered from the plan, so that a
first `up` is judged as it will be. A question that nobody answers is a warning: a preview must
work without a name server.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

from components.plan import DomainPlan, Plan
from mail import dmarc, exchanger, rdns
from mail.finding import Finding
from mail.resolve import UNANSWERED, Records, Resolve, UnansweredError, overlay
from mail.spf import lookups, publish
from settings.settings import Host

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
    # Imported here: it costs some 0.1 s, which pass while the zones are looked at.
    from mail.lookup import Resolver  # noqa: PLC0415

    return Resolver()


def check(plan: Plan, resolve: Resolve) -> list[Finding]:
    """Return what the DNS says against ``plan``, and what is worth knowing.

    Args:
        plan: what is going to be published.
        resolve: how to ask the DNS; it may raise `UnansweredError`.
    """
    planned = overlay(_planned(plan), resolve)
    questions = [*_of_host(plan.host.settings, planned)] if plan.host else []
    for domain in plan.domains:
        questions += _of_domain(domain, planned)
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


def _planned(plan: Plan) -> Records:
    host = plan.stack.host
    planned: dict[tuple[str, str], Sequence[str]] = {
        (host.name, "A"): [host.ipv4],
        (host.name, "AAAA"): [host.ipv6.address] if host.ipv6 else [],
        (host.name, "CNAME"): [],
        (host.name, "TXT"): [publish.helo_record()],
        (publish.record_name(host.domain), "TXT"): [publish.host_record(host.name)],
    }
    for domain in plan.domains:
        for one in domain.spf.records:
            planned[one.wanted.name, "TXT"] = [one.wanted.value]
        for one in domain.mx.records:
            key = (one.wanted.name, "MX")
            planned[key] = [*planned.get(key, []), one.wanted.value]
    return planned


def _of_host(host: Host, resolve: Resolve) -> Iterator[Question]:
    addresses = {"host.ipv4": host.ipv4, "host.ipv6": host.ipv6.address if host.ipv6 else ""}
    for key, address in addresses.items():
        if address:
            ask = partial(rdns.check, address, host.name, resolve, key)
            yield Question(what=f"the PTR of {address}", ask=ask)


def _of_domain(domain: DomainPlan, resolve: Resolve) -> Iterator[Question]:
    name, mx = domain.settings.name, domain.settings.mx
    for one in domain.spf.records:
        ask = partial(_spf, name, one.wanted.value, f"{domain.key}.spf", resolve)
        yield Question(what=f"what the SPF of {name} includes", ask=ask)
    if not isinstance(mx, str):
        for index, target in enumerate(mx):
            key = f"{domain.key}.mx[{index}].host"
            look_up = partial(exchanger.look_up, target.host, resolve, key)
            yield Question(what=f"the address of {target.host}", ask=look_up)
    policy = domain.settings.dmarc.policy_to_publish()
    for outside in dmarc.outside_report_domains(policy, name):
        key = f"{domain.key}.dmarc"
        consent = partial(dmarc.look_up_consent, name, outside, resolve, key)
        yield Question(what=f"whether {outside} agrees to reports on {name}", ask=consent)


def _spf(domain: str, record: str, key: str, resolve: Resolve) -> list[Finding]:
    return lookups.count_lookups(domain, resolve, record).findings(key)


def _not_asked(unanswered: Mapping[str, str]) -> Iterator[Finding]:
    if unanswered:
        listed = "; ".join(unanswered)
        why = ", ".join(dict.fromkeys(unanswered.values()))
        reason = f"the DNS gave no answer ({why}), so this was not checked: {listed}"
        yield UNANSWERED.found("", reason=reason)
