"""Findings, shown all at once."""

from dataclasses import FrozenInstanceError, replace

import pytest

from mail.finding import Finding, errors, render, warnings

ONE = Finding(
    id="spf-no-all",
    key="domains[0].spf",
    reason="the record does not say how it ends",
    cure="end the record with ~all or -all",
    source="RFC 7208 §5.1",
)
HINT = replace(ONE, id="dmarc-none", key="", source="", level="warning")


def test_render() -> None:
    assert render([ONE, HINT]) == (
        "  - domains[0].spf: the record does not say how it ends\n"
        "      cure: end the record with ~all or -all\n"
        "      rule: spf-no-all, RFC 7208 §5.1\n"
        "  - warning, the record does not say how it ends\n"
        "      cure: end the record with ~all or -all\n"
        "      rule: dmarc-none"
    )
    assert render([]) == ""


def test_levels() -> None:
    assert errors([ONE, HINT]) == [ONE]
    assert warnings([ONE, HINT]) == [HINT]


@pytest.mark.parametrize(
    ("key", "joined"), [("", "domains[0]"), ("spf", "domains[0].spf"), ("[1]", "domains[0][1]")]
)
def test_under(key: str, joined: str) -> None:
    assert replace(ONE, key=key).under("domains[0]").key == joined


def test_a_finding_does_not_change() -> None:
    with pytest.raises(FrozenInstanceError):
        ONE.reason = "other"  # type: ignore[misc]
