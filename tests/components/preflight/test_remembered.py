"""What the state alone knows: passwords that go, and since when a policy of none is published."""

import datetime as dt

import pytest

from components.preflight import remembered
from components.preflight.own_state import OwnState
from mail.zone import owner
from settings.settings import Dmarc, Domain

OLD = (
    "domains[0].dmarc.policy: p=none asks receivers to do nothing about forged mail "
    "(30 days, published since 2026-11-01)"
)
NOW = dt.datetime(2026, 12, 1, tzinfo=dt.UTC)


def domain(*accounts: str, policy: str = "none") -> Domain:
    return Domain(name="a.example", accounts=accounts, dmarc=Dmarc(policy=policy))


def accounts(*addresses: str) -> OwnState:
    resources = {
        f"urn:{address}": {"type": remembered.ACCOUNT_TYPE, "outputs": {"address": address}}
        for address in addresses
    }
    return OwnState(resources=resources)


def policy(made: str, comment: str | None = None) -> OwnState:
    ours = owner.comment("a.example") if comment is None else comment
    record = {"name": "_dmarc.a.example", "createdOn": made, "comment": ours}
    return OwnState(records=[record])


def said(one: Domain, state: OwnState) -> list[str]:
    return [f"{one.key}: {one.reason}" for one in remembered.check([one], state, NOW)]


def test_accounts_that_stay_are_not_spoken_of() -> None:
    assert said(domain("post", "news"), accounts("post@a.example")) == []


def test_a_removed_account_takes_its_password_along() -> None:
    assert said(domain("post"), accounts("post@a.example", "news@a.example")) == [
        "domains[0].accounts: the account news@a.example goes, and its password with it, for good"
    ]


def test_a_renamed_account_is_another_one() -> None:
    [found] = said(domain("post", "letter"), accounts("post@a.example", "news@a.example"))
    assert "letter@a.example is another account and gets a password of its own" in found


def test_with_its_domain_every_account_goes() -> None:
    [found] = said(domain("post"), accounts("post@a.example", "x@b.example"))
    assert found.startswith("domains: the account x@b.example goes")


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        ("2026-11-30T10:00:00Z", []),
        ("2026-11-02T00:00:00Z", []),
        (
            "2026-11-01T00:00:00Z",
            [OLD],
        ),
        ("", []),
    ],
)  # fmt: skip
def test_a_policy_of_none_is_spoken_of_after_thirty_days(made: str, expected: list[str]) -> None:
    assert said(domain(), policy(made)) == expected


def test_a_stricter_policy_and_somebody_else_s_record_are_not() -> None:
    assert said(domain(policy="reject"), policy("2020-01-01T00:00:00Z")) == []
    assert said(domain(), policy("2020-01-01T00:00:00Z", comment="")) == []
    assert said(domain(), OwnState()) == [], "the first preview"
