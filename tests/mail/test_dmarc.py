"""DMARC: the record, its checks, and consent of outside report addresses; judged by checkdmarc."""

import checkdmarc.dmarc
import checkdmarc.utils
import pytest

from mail import dmarc, dmarc_check
from mail.dmarc import Policy
from tests.mail.fake_dns import Zone

FULL = Policy(
    policy="quarantine",
    subdomain_policy="reject",
    nonexistent_policy="reject",
    aggregate_reports=["dmarc@example.com", "rua@reports.test"],
    failure_reports=["dmarc@example.com"],
    failure_options="1:d",
    dkim_alignment="strict",
    spf_alignment="strict",
    testing=True,
)


@pytest.mark.parametrize(
    ("policy", "record"),
    [
        (Policy(), "v=DMARC1; p=none"),
        (Policy(policy="reject"), "v=DMARC1; p=reject"),
        (
            FULL,
            (
                "v=DMARC1; p=quarantine; sp=reject; np=reject; adkim=s; aspf=s; "
                "rua=mailto:dmarc@example.com,mailto:rua@reports.test; "
                "ruf=mailto:dmarc@example.com; fo=1:d; t=y"
            ),
        ),
        (
            Policy(aggregate_reports=["a!b@x.test"]),
            "v=DMARC1; p=none; rua=mailto:a%21b@x.test",
        ),
    ],
)
def test_record(policy: Policy, record: str) -> None:
    assert dmarc.record(policy) == record
    assert dmarc_check.check_tags(record, "k") == []


def judge(records: dict[tuple[str, str], list[str]]) -> dict[str, object]:
    checkdmarc.utils.DNS_CACHE.clear()
    return dict(checkdmarc.dmarc.check_dmarc("example.com", resolver=Zone(records)))


def test_checkdmarc_accepts_our_record_and_consent() -> None:
    name, value = dmarc.consent_record("example.com", "reports.test")
    records = {
        ("example.com", "MX"): ["10 smtp.example.com."],
        ("example.com", "A"): ["203.0.113.10"],
        ("smtp.example.com", "A"): ["203.0.113.10"],
        ("reports.test", "MX"): ["10 mx.reports.test."],
        ("reports.test", "A"): ["198.51.100.25"],
        ("mx.reports.test", "A"): ["198.51.100.25"],
        (dmarc.record_name("example.com"), "TXT"): [dmarc.record(FULL)],
        (name, "TXT"): [value],
    }
    result = judge(records)
    assert result["valid"] is True, result
    warnings = str(result["warnings"])
    assert "removed in RFC 9989" not in warnings
    assert "report" not in warnings.replace("reports.test", ""), warnings
    del records[(name, "TXT")]
    assert "reports.test" in str(judge(records)), "the judge does look at consent"


def check(**settings: object) -> list[str]:
    policy = Policy(**{"policy": "quarantine", **settings})  # type: ignore[arg-type]
    return [finding.id for finding in dmarc_check.check(policy, "example.com", "dmarc")]


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({}, []),
        ({"policy": "none"}, []),
        ({"policy": "rejct"}, ["dmarc-policy"]),
        ({"subdomain_policy": "Quarantine"}, ["dmarc-policy"]),
        ({"nonexistent_policy": "x"}, ["dmarc-policy"]),
        ({"policy": "reject"}, ["dmarc-blind"]),
        ({"policy": "reject", "aggregate_reports": ["d@example.com"]}, []),
        ({"dkim_alignment": "s"}, ["dmarc-alignment"]),
        ({"spf_alignment": ""}, ["dmarc-alignment"]),
        ({"failure_reports": ["d@example.com"], "failure_options": "0:1:d:s"}, []),
        ({"failure_reports": ["d@example.com"], "failure_options": "2"}, ["dmarc-failure-options"]),
        (
            {"failure_reports": ["d@example.com"], "failure_options": "1,d"},
            ["dmarc-failure-options"],
        ),
        ({"failure_options": "1"}, ["dmarc-failure-options-unused"]),
        ({"aggregate_reports": ["mailto:d@example.com"]}, ["dmarc-report-address"]),
        ({"aggregate_reports": ["https://x.test/in"]}, ["dmarc-report-address"]),
        ({"aggregate_reports": ["dmarc"]}, ["address-without-domain"]),
        ({"aggregate_reports": ["d@sub.example.com"]}, []),
        ({"aggregate_reports": ["d@other.test"]}, ["dmarc-report-consent"]),
        ({"aggregate_reports": ["d@badexample.com"]}, ["dmarc-report-consent"]),
    ],
)
def test_check(settings: dict[str, object], expected: list[str]) -> None:
    assert check(**settings) == expected


def test_cures_are_concrete() -> None:
    (typo,) = dmarc_check.check(Policy(policy="rejct"), "example.com", "domains[0].dmarc")
    assert typo.key == "domains[0].dmarc.policy"
    assert typo.cure == "write 'reject'"
    policy = Policy(policy="quarantine", aggregate_reports=["d@other.test"])
    (consent,) = dmarc_check.check(policy, "example.com", "dmarc")
    assert 'example.com._report._dmarc.other.test TXT "v=DMARC1;"' in consent.cure
    assert consent.level == "warning"
    (uri,) = dmarc_check.check(
        Policy(policy="quarantine", failure_reports=["mailto:d@example.com!10m"]),
        "example.com",
        "d",
    )
    assert uri.key == "d.failureReports[0]"
    assert uri.cure == "write 'd@example.com'"


def test_outside_report_domains() -> None:
    policy = Policy(
        aggregate_reports=["a@b.test", "a@example.com", "broken"],
        failure_reports=["x@B.test", "y@a.test"],
    )
    assert dmarc.outside_report_domains(policy, "example.com") == ["a.test", "b.test"]
    assert dmarc.outside_report_domains(policy, "mail.b.test") == ["a.test", "example.com"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("v=DMARC1; p=none; pct=50; ri=3600; rf=afrf", ["dmarc-removed-tag"] * 3),
        ("v=DMARC1; p=rejct", ["dmarc-policy"]),
        ("p=none; v=DMARC1", ["dmarc-version"]),
        ("v=dmarc1; p=none", ["dmarc-version"]),
        ("", ["dmarc-version"]),
    ],
)
def test_check_tags(text: str, expected: list[str]) -> None:
    assert [finding.id for finding in dmarc_check.check_tags(text, "k")] == expected


@pytest.mark.parametrize(
    ("values", "agrees"),
    [
        (["v=DMARC1;"], True),
        (["v=DMARC1"], True),
        (["something else", "v=DMARC1; rua=mailto:a@reports.test"], True),
        (["something else"], False),
        ([], False),
    ],
)
def test_consent_is_looked_up(values: list[str], agrees: bool) -> None:
    name = "example.com._report._dmarc.reports.test"
    zone = Zone({(name, "TXT"): values})
    found = dmarc.look_up_consent("example.com", "reports.test", zone.values, "dmarc")
    assert [one.id for one in found] == ([] if agrees else [dmarc.CONSENT.id])
    assert all(one.level == "warning" for one in found)
    assert all(f'{name} TXT "v=DMARC1;"' in one.cure for one in found)
