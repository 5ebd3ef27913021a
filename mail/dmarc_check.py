"""What is wrong with a DMARC policy, or worth knowing about it, before the DNS is asked."""

from collections.abc import Sequence

from mail import address
from mail.dmarc import (
    ALIGNMENTS,
    CONSENT,
    DISPOSITIONS,
    Policy,
    consent_record,
    outside_report_domains,
)
from mail.finding import Finding
from mail.rule import Rule

_TAGS = "RFC 9989 §4.7"
_FAILURE_OPTIONS = ("0", "1", "d", "s")
_REMOVED = ("pct", "rf", "ri")


def _choose(choices: Sequence[str]) -> str:
    return f"choose {', '.join(choices[:-1])} or {choices[-1]}"


VERSION = Rule(
    id="dmarc-version",
    source=_TAGS,
    why="Receivers ignore a DMARC record that does not begin with its version.",
    cure="begin the record with v=DMARC1",
)
REMOVED_TAG = Rule(
    id="dmarc-removed-tag",
    source=_TAGS,
    level="warning",
    why="DMARC no longer has the tags pct, rf and ri, and receivers ignore them.",
    cure="remove the tag",
)
POLICY = Rule(
    id="dmarc-policy",
    source=_TAGS,
    why="A DMARC policy is none, quarantine or reject, and receivers know no other word.",
    cure=_choose(DISPOSITIONS),
)
ALIGNMENT = Rule(
    id="dmarc-alignment",
    source=_TAGS,
    why="Alignment says how closely the domain of SPF or DKIM matches that of the From address: "
    "relaxed or strict.",
    cure=_choose(ALIGNMENTS),
)
FAILURE_OPTIONS = Rule(
    id="dmarc-failure-options",
    source=_TAGS,
    why="Failure options say which failures are reported, by the letters and digits that DMARC "
    "gives them.",
    cure="use 0, 1, d, s, or several of them separated by colons",
)
FAILURE_OPTIONS_UNUSED = Rule(
    id="dmarc-failure-options-unused",
    source=_TAGS,
    level="warning",
    why="Failure options have no effect without an address that failures are reported to.",
    cure="add failureReports, or leave failureOptions out",
)
REPORT_ADDRESS = Rule(
    id="dmarc-report-address",
    source=_TAGS,
    why="Report addresses are plain e-mail addresses in a stack's file; the program makes the "
    "record's URIs of them.",
    cure="write an e-mail address",
)
BLIND = Rule(
    id="dmarc-blind",
    source=_TAGS,
    level="warning",
    why="With a policy of reject and no reports, nobody learns that mail of the domain is lost.",
    cure="add aggregateReports",
)


def check(policy: Policy, domain: str, key: str) -> list[Finding]:
    """Return what is wrong with ``policy``, and what is worth knowing about it."""
    findings = _check_dispositions(policy, key)
    findings += _check_alignments(policy, key)
    findings += _check_failure_options(policy, key)
    findings += _check_reports(policy.aggregate_reports, f"{key}.aggregateReports")
    findings += _check_reports(policy.failure_reports, f"{key}.failureReports")
    findings += _warn_of_policy(policy, key)
    return findings + _warn_of_consent(policy, domain, key)


def check_tags(text: str, key: str) -> list[Finding]:
    """Return what is wrong with a record that already exists in a zone: one DMARC1 text."""
    pairs = [part.partition("=") for part in text.split(";") if part.strip()]
    tags = {name.strip().lower(): value.strip() for name, _, value in pairs}
    if not pairs or (pairs[0][0].strip(), tags.get("v")) != ("v", "DMARC1"):
        return [VERSION.found(key, reason="the record does not begin with v=DMARC1")]
    findings = [
        REMOVED_TAG.found(key, reason=f"{tag} is not a tag any more", cure=f"remove {tag}")
        for tag in _REMOVED
        if tag in tags
    ]
    if tags.get("p", "").lower() not in DISPOSITIONS:
        findings.append(POLICY.found(key, reason=f"p={tags.get('p', '')} is not a policy"))
    return findings


def _check_dispositions(policy: Policy, key: str) -> list[Finding]:
    given = {
        "policy": policy.policy,
        "subdomainPolicy": policy.subdomain_policy,
        "nonexistentPolicy": policy.nonexistent_policy,
    }
    return [
        _not_among(DISPOSITIONS, value, POLICY, f"{key}.{name}")
        for name, value in given.items()
        if value is not None and value not in DISPOSITIONS
    ]


def _check_alignments(policy: Policy, key: str) -> list[Finding]:
    given = {"dkimAlignment": policy.dkim_alignment, "spfAlignment": policy.spf_alignment}
    return [
        _not_among(ALIGNMENTS, value, ALIGNMENT, f"{key}.{name}")
        for name, value in given.items()
        if value not in ALIGNMENTS
    ]


def _not_among(choices: Sequence[str], value: str, rule: Rule, key: str) -> Finding:
    near = address.suggest(value, choices)
    reason = f"{value!r} is not one of {', '.join(choices)}"
    return rule.found(key, reason=reason, cure=f"write {near!r}" if near else None)


def _check_failure_options(policy: Policy, key: str) -> list[Finding]:
    place = f"{key}.failureOptions"
    if policy.failure_options is None:
        return []
    options = policy.failure_options.split(":")
    if not all(option in _FAILURE_OPTIONS for option in options):
        reason = f"{policy.failure_options!r} is not a set of failure options"
        return [FAILURE_OPTIONS.found(place, reason=reason)]
    if not policy.failure_reports:
        reason = "failure options have no effect without an address for failure reports"
        cure = f"add {key}.failureReports, or leave failureOptions out"
        return [FAILURE_OPTIONS_UNUSED.found(place, reason=reason, cure=cure)]
    return []


def _check_reports(reports: Sequence[str], key: str) -> list[Finding]:
    findings: list[Finding] = []
    for index, report in enumerate(reports):
        place = f"{key}[{index}]"
        if ":" in report:
            bare = report.rpartition(":")[2].split("!")[0].lstrip("/")
            reason = f"{report!r} is a URI; the program adds mailto: itself"
            cure = f"write {bare!r}" if "@" in bare else None
            findings.append(REPORT_ADDRESS.found(place, reason=reason, cure=cure))
            continue
        findings += address.check_mailbox(report, place)
    return findings


def _warn_of_policy(policy: Policy, key: str) -> list[Finding]:
    place = f"{key}.policy"
    if policy.policy == "reject" and not policy.aggregate_reports:
        reason = "p=reject without reports hides mail of yours that gets lost"
        return [BLIND.found(place, reason=reason, cure=f"add {key}.aggregateReports")]
    return []


def _warn_of_consent(policy: Policy, domain: str, key: str) -> list[Finding]:
    findings = []
    for host in outside_report_domains(policy, domain):
        name, value = consent_record(domain, host)
        reason = f"receivers send reports to {host} only if that domain agrees"
        cure = f'make sure that its zone holds: {name} TXT "{value}"'
        findings.append(CONSENT.found(key, reason=reason, cure=cure))
    return findings
