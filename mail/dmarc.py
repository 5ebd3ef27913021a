"""The DMARC record: what receivers do with mail that passes neither SPF nor DKIM, and who is told.

Written by RFC 9989, which dropped ``pct``, ``rf`` and ``ri`` and the size suffix of report
addresses, and added ``np`` and ``t``. Reports are RFC 9990 and RFC 9991.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args
from urllib.parse import quote as percent_encode

from mail import address
from mail.finding import Finding
from mail.resolve import Resolve

Disposition = Literal["none", "quarantine", "reject"]
Alignment = Literal["relaxed", "strict"]
DISPOSITIONS: tuple[Disposition, ...] = get_args(Disposition)
ALIGNMENTS: tuple[Alignment, ...] = get_args(Alignment)

_TAGS = "RFC 9989 §4.7"
_CONSENT = "RFC 9990 §4"
CONSENT = "dmarc-report-consent"
"""The rule that is advice to look at until the DNS was asked; see `look_up_consent`."""

_FAILURE_OPTIONS = ("0", "1", "d", "s")
_REMOVED = ("pct", "rf", "ri")


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
            parted by colons.
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


def check(policy: Policy, domain: str, key: str) -> list[Finding]:
    """Return what is wrong with ``policy``, and what is worth knowing about it."""
    findings = _check_dispositions(policy, key)
    findings += _check_alignments(policy, key)
    findings += _check_failure_options(policy, key)
    findings += _check_reports(policy.aggregate_reports, f"{key}.aggregateReports")
    findings += _check_reports(policy.failure_reports, f"{key}.failureReports")
    findings += _advise_policy(policy, key)
    return findings + _advise_consent(policy, domain, key)


def is_dmarc(text: str) -> bool:
    """Return whether a TXT value counts as a DMARC record at all (RFC 9989 §4.7)."""
    name, _, value = text.partition(";")[0].partition("=")
    return (name.strip().lower(), value.strip().upper()) == ("v", "DMARC1")


def look_up_consent(domain: str, report_domain: str, resolve: Resolve, key: str) -> list[Finding]:
    """Return whether ``report_domain`` lacks its consent to reports on ``domain``: a warning."""
    name, value = consent_record(domain, report_domain)
    if any(is_dmarc(text) for text in resolve(name, "TXT")):
        return []
    reason = f"{report_domain} does not agree to reports on {domain}, so receivers send none there"
    cure = f'publish in the zone of {report_domain}: {name} TXT "{value}"'
    return [_finding(CONSENT, key, reason, cure, "warning", _CONSENT)]


def check_tags(text: str, key: str) -> list[Finding]:
    """Return what is wrong with a record that already exists in a zone: one DMARC1 text."""
    pairs = [part.partition("=") for part in text.split(";") if part.strip()]
    tags = {name.strip().lower(): value.strip() for name, _, value in pairs}
    if not pairs or (pairs[0][0].strip(), tags.get("v")) != ("v", "DMARC1"):
        cure = "begin the record with v=DMARC1"
        return [_finding("dmarc-version", key, "the record does not begin with v=DMARC1", cure)]
    findings = [
        _finding("dmarc-removed-tag", key, f"{tag} is no tag any more", f"remove {tag}", "warning")
        for tag in _REMOVED
        if tag in tags
    ]
    if tags.get("p", "").lower() not in DISPOSITIONS:
        reason = f"p={tags.get('p', '')} is no policy"
        findings.append(_finding("dmarc-policy", key, reason, _choose(DISPOSITIONS)))
    return findings


def _given(tag: str, value: str | None) -> list[tuple[str, str]]:
    return [(tag, value)] if value else []


def _uris(reports: Sequence[str]) -> str:
    # RFC 9989 §4.7: a comma parts addresses and a semicolon parts tags, so both are encoded.
    return ",".join(f"mailto:{percent_encode(report, safe='@+.-_=')}" for report in reports)


def _host(report: str) -> str:
    try:
        return address.mailbox(report).rpartition("@")[2]
    except address.AddressError:
        return ""


def _check_dispositions(policy: Policy, key: str) -> list[Finding]:
    given = {
        "policy": policy.policy,
        "subdomainPolicy": policy.subdomain_policy,
        "nonexistentPolicy": policy.nonexistent_policy,
    }
    return [
        _not_among("dmarc-policy", f"{key}.{name}", value, DISPOSITIONS)
        for name, value in given.items()
        if value is not None and value not in DISPOSITIONS
    ]


def _check_alignments(policy: Policy, key: str) -> list[Finding]:
    given = {"dkimAlignment": policy.dkim_alignment, "spfAlignment": policy.spf_alignment}
    return [
        _not_among("dmarc-alignment", f"{key}.{name}", value, ALIGNMENTS)
        for name, value in given.items()
        if value not in ALIGNMENTS
    ]


def _check_failure_options(policy: Policy, key: str) -> list[Finding]:
    place = f"{key}.failureOptions"
    if policy.failure_options is None:
        return []
    options = policy.failure_options.split(":")
    if not all(option in _FAILURE_OPTIONS for option in options):
        cure = "use 0, 1, d, s, or several of them parted by colons"
        reason = f"{policy.failure_options!r} is no set of failure options"
        return [_finding("dmarc-failure-options", place, reason, cure)]
    if not policy.failure_reports:
        reason = "failure options have no effect without an address for failure reports"
        cure = f"add {key}.failureReports, or leave failureOptions out"
        return [_finding("dmarc-failure-options", place, reason, cure, "warning")]
    return []


def _check_reports(reports: Sequence[str], key: str) -> list[Finding]:
    findings: list[Finding] = []
    for index, report in enumerate(reports):
        place = f"{key}[{index}]"
        if ":" in report:
            bare = report.rpartition(":")[2].split("!")[0].lstrip("/")
            reason = f"{report!r} is a URI; the program adds mailto: itself"
            cure = f"write {bare!r}" if "@" in bare else "write an e-mail address"
            findings.append(_finding("dmarc-report-address", place, reason, cure))
            continue
        findings += address.check_mailbox(report, place)
    return findings


def _advise_policy(policy: Policy, key: str) -> list[Finding]:
    place = f"{key}.policy"
    if policy.policy == "none":
        reason = "p=none asks receivers to do nothing about forged mail"
        cure = "once the reports show only your own servers, set quarantine, later reject"
        return [_finding("dmarc-none", place, reason, cure, "warning")]
    if policy.policy == "reject" and not policy.aggregate_reports:
        reason = "p=reject without reports hides mail of yours that gets lost"
        cure = f"add {key}.aggregateReports"
        return [_finding("dmarc-blind", place, reason, cure, "warning")]
    return []


def _advise_consent(policy: Policy, domain: str, key: str) -> list[Finding]:
    findings = []
    for host in outside_report_domains(policy, domain):
        name, value = consent_record(domain, host)
        reason = f"receivers send reports to {host} only if that domain agrees"
        cure = f'make sure that its zone holds: {name} TXT "{value}"'
        findings.append(_finding(CONSENT, key, reason, cure, "warning", _CONSENT))
    return findings


def _not_among(name: str, key: str, value: str, choices: tuple[str, ...]) -> Finding:
    near = address.suggest(value, choices)
    cure = f"write {near!r}" if near else _choose(choices)
    return _finding(name, key, f"{value!r} is not one of {', '.join(choices)}", cure)


def _choose(choices: tuple[str, ...]) -> str:
    return f"choose {', '.join(choices[:-1])} or {choices[-1]}"


def _finding(
    name: str,
    key: str,
    reason: str,
    cure: str,
    level: Literal["error", "warning"] = "error",
    source: str = _TAGS,
) -> Finding:
    return Finding(id=name, key=key, reason=reason, cure=cure, source=source, level=level)
