"""Whether mail that comes in, or stays inside, reaches those whom it is for."""

from collections.abc import Iterator, Sequence

from mail import address
from mail.alias.entry import CATCH_ALL
from mail.finding import Finding
from mail.rule import Rule
from settings.settings import Domain
from settings.stack_file import SOURCE

COLLEAGUES = Rule(
    id="catch-all-takes-colleagues-mail",
    source=SOURCE,
    level="warning",
    why="Where a domain's mail comes in elsewhere (mx: keep), its mailboxes are there; an alias "
    "for all addresses takes what is sent to them through this server.",
    cure='hand it on: "*": "*@example.com via mx.example.net", the server where the mail comes in',
)
REPORTS_NOWHERE = Rule(
    id="dmarc-report-mailbox",
    source="RFC 9990 §3",
    level="warning",
    why="DMARC reports to an address that the server does not forward are returned, and nobody "
    "learns who sends as the domain.",
    cure='add the name before the @ (or "*") to the domain\'s aliases',
)


def check(domains: Sequence[Domain]) -> Iterator[Finding]:
    """Yield what of the mail to ``domains`` reaches somebody else, or nobody."""
    for index, domain in enumerate(domains):
        yield from _colleagues(domain, f"domains[{index}]")
        for kind in ("aggregateReports", "failureReports"):
            reports = {
                "aggregateReports": domain.dmarc.aggregate_reports,
                "failureReports": domain.dmarc.failure_reports,
            }[kind]
            for at, report in enumerate(reports):
                key = f"domains[{index}].dmarc.{kind}[{at}]"
                yield from _report(report, domains, key)


def _colleagues(domain: Domain, key: str) -> Iterator[Finding]:
    targets = domain.aliases.get(CATCH_ALL, ())
    here = [one for one in targets if " via " not in one]
    if domain.mx != "keep" or not here:
        return
    reason = (
        f"mail to {domain.name} comes in elsewhere, and what your accounts send to colleagues "
        f"there goes to {', '.join(here)} instead"
    )
    cure = f'hand it on to where the mail comes in: "*": "*@{domain.name} via <the MX>"'
    rests_on = (f"{key}.mx",)
    yield COLLEAGUES.found(f"{key}.aliases.*", reason=reason, cure=cure, rests_on=rests_on)


def _report(report: str, domains: Sequence[Domain], key: str) -> Iterator[Finding]:
    """Yield a finding if ``report`` is an address of ours that nobody reads."""
    if address.check_mailbox(report, ""):
        return
    local, _, name = address.mailbox(report).rpartition("@")
    ours = {one.name: (index, one) for index, one in enumerate(domains)}
    if name not in ours:
        return
    index, domain = ours[name]
    if domain.mx != "host":  # it comes in elsewhere, where mailboxes are not ours to know
        return
    plain = address.without_dropped(local)
    served = {address.without_dropped(left.lower()) for left in domain.aliases}
    if not {plain, CATCH_ALL} & served:
        place = f"domains[{index}].aliases"
        reason = f"nobody reads {report}: there is no such mailbox, and no alias for it"
        cure = f'forward it: {local}: "you@elsewhere.example"'
        yield REPORTS_NOWHERE.found(key, reason=reason, cure=cure, rests_on=(place,))
