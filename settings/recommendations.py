"""What could be better in a stack that works, for `make lint-stacks`."""

from collections.abc import Iterator

from mail import recommendations as mail_recommendations
from mail.finding import Finding
from settings.settings import Domain, Settings
from settings.stack_file import SOURCE

STAGING = "staging"
LEAST_HOURS = 96


def check(settings: Settings, year: int) -> Iterator[Finding]:
    """Yield advice on ``settings`` in the calendar's ``year``."""
    if settings.host is not None:
        address = settings.host.ipv6.address if settings.host.ipv6 else None
        yield from mail_recommendations.check_ipv6(address, "host.ipv6")
    if settings.acme is not None and STAGING in settings.acme.directory:
        reason = "a staging authority's certificates are trusted by nobody"
        cure = "leave it out once the trial is over"
        yield _advice("acme-staging", "acme.directory", reason, cure, "Let's Encrypt, Staging")
    hours = settings.server.give_up_send_after.removesuffix("h")
    if hours.isdecimal() and int(hours) < LEAST_HOURS:
        reason = (
            f"mail is given up after {int(hours)} hours, while a receiver may be down for longer"
        )
        cure = "leave it out: 120h is the default"
        key, source = "server.giveUpSendAfter", "RFC 5321 §4.5.4.1"
        yield _advice("queue-time-short", key, reason, cure, source)
    for index, domain in enumerate(settings.domains):
        yield from _domain(domain, year, f"domains[{index}]")
    for index, permission in enumerate(settings.allow):
        reason = f"{permission} may be deleted by any change, not only by the one it was meant for"
        cure = "remove it once that change is through"
        yield _advice("allow-left", f"allow[{index}]", reason, cure, SOURCE)


def _domain(domain: Domain, year: int, key: str) -> Iterator[Finding]:
    if domain.dmarc.policy != "reject":  # of reject without reports the preview speaks already
        place = f"{key}.dmarc.aggregateReports"
        yield from mail_recommendations.check_reports(domain.dmarc.aggregate_reports, place)
    keys = [(one.selector, one.algorithm, one.state) for one in domain.dkim]
    yield from mail_recommendations.check_keys(keys, year, f"{key}.dkim")


def _advice(rule: str, key: str, reason: str, cure: str, source: str) -> Finding:
    return Finding(id=rule, key=key, reason=reason, cure=cure, source=source, level="warning")
