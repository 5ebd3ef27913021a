"""The DMARC record: what receivers do with mail that passes neither SPF nor DKIM, and who is told.

Written by RFC 9989, which dropped ``pct``, ``rf`` and ``ri`` and the size suffix of report
addresses, and added ``np`` and ``t``. Reports are RFC 9990 and RFC 9991. `mail.dmarc_check` has
the rules of a policy.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args
from urllib.parse import quote as percent_encode

from mail import address
from mail.finding import Finding
from mail.resolve import Resolve
from mail.rule import Rule

Disposition = Literal["none", "quarantine", "reject"]
Alignment = Literal["relaxed", "strict"]
DISPOSITIONS: tuple[Disposition, ...] = get_args(Disposition)
ALIGNMENTS: tuple[Alignment, ...] = get_args(Alignment)

CONSENT = Rule(
    id="dmarc-report-consent",
    source="RFC 9990 §4",
    level="warning",
    why="Receivers send reports to another domain only if a record there agrees to it.",
    cure="have the record published in the zone of the address that reports go to",
)
"""Without the DNS this is a reminder to look there; with it, `look_up_consent` tells for sure."""


@dataclass(frozen=True, kw_only=True)
class Policy:
    """A domain's DMARC policy.

    Attributes:
        policy: For the domain's own mail (``p``).
        subdomain_policy: For existing subdomains (``sp``); the same as ``policy`` if left out.
        nonexistent_policy: For names that do not exist (``np``).
        aggregate_reports: Addresses for daily summaries (``rua``), without ``mailto:``.
        failure_reports: Addresses for reports of single mails (``ruf``), without ``mailto:``.
        failure_options: When to report a failure (``fo``): ``0``, ``1``, ``d``, ``s`` or several
            separated by colons.
        dkim_alignment: How closely DKIM's domain must match (``adkim``).
        spf_alignment: How closely SPF's domain must match (``aspf``).
        testing: Ask receivers to apply one step less (``t=y``).
    """

    policy: str = "none"
    subdomain_policy: str | None = None
    nonexistent_policy: str | None = None
    aggregate_reports: Sequence[str] = ()
    failure_reports: Sequence[str] = ()
    failure_options: str | None = None
    dkim_alignment: str = "relaxed"
    spf_alignment: str = "relaxed"
    testing: bool = False


def record_name(domain: str) -> str:
    """Return where ``domain``'s policy is published."""
    return f"_dmarc.{domain}"


def record(policy: Policy) -> str:
    """Return the TXT value for ``policy``; tags with their default value are left out."""
    tags = [("v", "DMARC1"), ("p", policy.policy)]
    tags += _given("sp", policy.subdomain_policy)
    tags += _given("np", policy.nonexistent_policy)
    tags += [("adkim", "s")] if policy.dkim_alignment == "strict" else []
    tags += [("aspf", "s")] if policy.spf_alignment == "strict" else []
    tags += _given("rua", _uris(policy.aggregate_reports))
    tags += _given("ruf", _uris(policy.failure_reports))
    tags += _given("fo", policy.failure_options)
    tags += [("t", "y")] if policy.testing else []
    return "; ".join(f"{tag}={value}" for tag, value in tags)


def is_dmarc(text: str) -> bool:
    """Return whether a TXT value counts as a DMARC record at all (RFC 9989 §4.7)."""
    name, _, value = text.partition(";")[0].partition("=")
    return (name.strip().lower(), value.strip().upper()) == ("v", "DMARC1")


def consent_record(domain: str, report_domain: str) -> tuple[str, str]:
    """Return ``(name, value)`` of the TXT by which ``report_domain`` accepts reports on ``domain``.

    Without it receivers send no reports to an address outside the domain (RFC 9990 §4).
    """
    return f"{domain}._report._dmarc.{report_domain}", "v=DMARC1;"


def outside_report_domains(policy: Policy, domain: str) -> list[str]:
    """Return the report addresses' domains that lie outside ``domain``, sorted, each once.

    Names above or below ``domain`` are of the same organisation. Which siblings are is known
    only by the DNS tree walk, so these are listed too: their consent does no harm.
    """
    reports = [*policy.aggregate_reports, *policy.failure_reports]
    hosts = {_host(report) for report in reports}
    return sorted(
        host
        for host in hosts
        if host and not address.is_below(host, domain) and not address.is_below(domain, host)
    )


def look_up_consent(domain: str, report_domain: str, resolve: Resolve, key: str) -> list[Finding]:
    """Return a warning if ``report_domain`` does not accept reports on ``domain``."""
    name, value = consent_record(domain, report_domain)
    if any(is_dmarc(text) for text in resolve(name, "TXT")):
        return []
    reason = f"{report_domain} does not agree to reports on {domain}, so receivers send none there"
    cure = f'publish in the zone of {report_domain}: {name} TXT "{value}"'
    return [CONSENT.found(key, reason=reason, cure=cure)]


def _given(tag: str, value: str | None) -> list[tuple[str, str]]:
    return [(tag, value)] if value else []


def _uris(reports: Sequence[str]) -> str:
    # RFC 9989 §4.7: a comma separates addresses and a semicolon separates tags: both are encoded.
    return ",".join(f"mailto:{percent_encode(report, safe='@+.-_=')}" for report in reports)


def _host(report: str) -> str:
    try:
        return address.mailbox(report).rpartition("@")[2]
    except address.AddressError:
        return ""
