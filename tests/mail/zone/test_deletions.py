"""What a plan may take away, and what it must be permitted."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mail.zone import deletions
from mail.zone.assets import KeyAsset, MailAssets, MailRecord

NAME = "example.com"
MX = MailRecord(zone="z", name=NAME, type="MX", detail="smtp.example.com")
SPF = MailRecord(zone="z", name=NAME, type="TXT", detail="SPF")
DMARC = MailRecord(zone="z", name=f"_dmarc.{NAME}", type="TXT", detail="DMARC")
RSA = KeyAsset(selector="2026a", algorithm="rsa", state="active", protected=True)
OLD = KeyAsset(selector="2025a", algorithm="rsa", state="retired", protected=False)
ALL = (deletions.MAIL_RECORDS, deletions.DKIM_KEYS)


def domain(*records: MailRecord, keys: tuple[KeyAsset, ...] = (), name: str = NAME) -> MailAssets:
    """Return a domain with ``records`` and ``keys``."""
    return MailAssets(what="domain", name=name, records=frozenset(records), keys=keys)


WHOLE = domain(MX, SPF, DMARC, keys=(RSA,))


def ids(before: MailAssets, *after: MailAssets, allow: tuple[str, ...] = ()) -> list[str]:
    """Return the rules that speak against going from ``before`` to ``after``."""
    return [one.id for one in deletions.check(deletions.losses((before,), after), allow)]


def test_nothing_changes() -> None:
    assert ids(WHOLE, WHOLE) == []


def test_a_new_domain_and_more_records_are_no_loss() -> None:
    assert deletions.check(deletions.losses((), (WHOLE,)), ()) == []
    assert ids(domain(MX), WHOLE) == []


def test_a_third_may_go_and_more_may_not() -> None:
    assert ids(domain(MX, SPF, DMARC), domain(SPF, DMARC)) == []
    assert ids(domain(MX, SPF, DMARC), domain(DMARC)) == ["plan-mail-records"]
    assert ids(domain(SPF, DMARC), domain(DMARC)) == ["plan-mail-records"]


@pytest.mark.parametrize(
    "other",
    [
        MailRecord(zone="z2", name=NAME, type="TXT", detail="SPF"),
        MailRecord(zone="z", name=f"b.{NAME}", type="TXT", detail="SPF"),
        MailRecord(zone="z", name=NAME, type="SPF", detail="SPF"),
    ],
)
def test_another_zone_name_or_type_is_another_record(other: MailRecord) -> None:
    assert ids(domain(SPF), domain(other)) == ["plan-mail-records"]


def test_a_domain_that_leaves_is_told_with_all_that_goes() -> None:
    records, keys = deletions.check(deletions.losses((WHOLE,), ()), ())
    assert records.key == keys.key == NAME
    assert records.reason == (
        "all of its 3 mail records would be deleted: _dmarc.example.com TXT (DMARC), "
        "example.com MX (smtp.example.com), example.com TXT (SPF)"
    )
    assert "add mail-records to tapal:allow for this one run" in records.cure
    assert "its DKIM key 2026a (active) would be deleted for good" in keys.reason
    assert "run `pulumi up` once with the key still in the file, which lifts" in keys.cure


def test_each_permission_permits_its_own() -> None:
    assert ids(WHOLE, allow=(deletions.MAIL_RECORDS,)) == ["plan-dkim-keys"]
    unprotected = domain(MX, SPF, DMARC, keys=(OLD,))
    assert ids(unprotected, allow=(deletions.DKIM_KEYS,)) == ["plan-mail-records"]
    assert ids(unprotected, allow=ALL) == []


def test_a_permitted_key_is_not_refused_as_a_record_too() -> None:
    before, after = domain(SPF, keys=(OLD,)), domain(SPF)
    assert ids(before, after, allow=(deletions.DKIM_KEYS,)) == []


def test_a_retired_key_is_told_as_the_last_step() -> None:
    (found,) = deletions.check(
        deletions.losses((domain(SPF, keys=(RSA, OLD)),), (domain(SPF, keys=(RSA,)),)), ()
    )
    assert found.reason == "its retired DKIM key 2025a would be deleted"
    assert found.cure.startswith("that is the last step of a rotation")
    assert "add dkim-keys to tapal:allow for this one run" in found.cure


def test_a_protected_key_needs_a_run_of_its_own_first() -> None:
    (found,) = deletions.check(deletions.losses((WHOLE,), (domain(MX, SPF, DMARC),)), ALL)
    assert found.id == "plan-dkim-protected"
    assert found.cure.startswith("run `pulumi up` once with the key still in the file")


def test_another_algorithm_is_another_key() -> None:
    other = KeyAsset(selector="2026a", algorithm="ed25519", state="active", protected=True)
    (found,) = deletions.check(
        deletions.losses((WHOLE,), (domain(MX, SPF, DMARC, keys=(other,)),)), ()
    )
    assert "2026a (active) would be replaced by one of another algorithm, ed25519" in found.reason
    assert ids(WHOLE, domain(MX, SPF, DMARC, keys=(other,)), allow=ALL) == []


def test_a_keys_state_is_no_loss() -> None:
    retired = KeyAsset(selector="2026a", algorithm="rsa", state="retired", protected=False)
    assert ids(WHOLE, domain(MX, SPF, DMARC, keys=(retired,))) == []


def test_a_host_with_a_new_name_is_the_same_host() -> None:
    def host(name: str) -> MailAssets:
        own = [MailRecord(zone="z", name=name, type=kind) for kind in ("A", "AAAA", "TXT")]
        shared = MailRecord(zone="z", name="_spf.example.com", type="TXT", detail="SPF")
        return MailAssets(what="host", name=name, records=frozenset([*own, shared]))

    (found,) = deletions.check(
        deletions.losses((host("smtp.example.com"),), (host("mail.example.com"),)), ()
    )
    assert found.key == "host"
    assert found.reason.startswith("3 of its 4 mail records would be deleted: smtp.example.com A,")


RECORDS = st.frozensets(
    st.builds(
        MailRecord,
        zone=st.sampled_from(["z", "y"]),
        name=st.sampled_from([NAME, f"a.{NAME}", f"b.{NAME}"]),
        type=st.sampled_from(["A", "MX", "TXT"]),
    )
)


@given(before=RECORDS, after=RECORDS)
def test_the_share_is_what_it_says(
    before: frozenset[MailRecord], after: frozenset[MailRecord]
) -> None:
    refused = bool(deletions.check(deletions.losses((domain(*before),), (domain(*after),)), ()))
    lost = len(before) - len(before & after)
    assert refused == (bool(before) and Fraction(lost, len(before)) > Fraction(1, 3))
