"""What a plan may take away, and what it must be permitted."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mail import loss
from mail.inventory import Holding, Key, Record

NAME = "example.com"
MX = Record(zone="z", name=NAME, type="MX", detail="smtp.example.com")
SPF = Record(zone="z", name=NAME, type="TXT", detail="SPF")
DMARC = Record(zone="z", name=f"_dmarc.{NAME}", type="TXT", detail="DMARC")
RSA = Key(selector="2026a", algorithm="rsa", state="active", protected=True)
OLD = Key(selector="2025a", algorithm="rsa", state="retired", protected=False)
ALL = (loss.MAIL_RECORDS, loss.DKIM_KEYS)


def domain(*records: Record, keys: tuple[Key, ...] = (), name: str = NAME) -> Holding:
    """Return a domain with ``records`` and ``keys``."""
    return Holding(what="domain", name=name, records=frozenset(records), keys=keys)


WHOLE = domain(MX, SPF, DMARC, keys=(RSA,))


def ids(before: Holding, *after: Holding, allow: tuple[str, ...] = ()) -> list[str]:
    """Return the rules that speak against going from ``before`` to ``after``."""
    return [one.id for one in loss.check((before,), after, allow)]


def test_nothing_changes() -> None:
    assert ids(WHOLE, WHOLE) == []


def test_a_new_domain_and_more_records_are_no_loss() -> None:
    assert loss.check((), (WHOLE,), ()) == []
    assert ids(domain(MX), WHOLE) == []


def test_a_third_may_go_and_more_may_not() -> None:
    assert ids(domain(MX, SPF, DMARC), domain(SPF, DMARC)) == []
    assert ids(domain(MX, SPF, DMARC), domain(DMARC)) == ["plan-mail-records"]
    assert ids(domain(SPF, DMARC), domain(DMARC)) == ["plan-mail-records"]


@pytest.mark.parametrize(
    "other",
    [
        Record(zone="z2", name=NAME, type="TXT", detail="SPF"),
        Record(zone="z", name=f"b.{NAME}", type="TXT", detail="SPF"),
        Record(zone="z", name=NAME, type="SPF", detail="SPF"),
    ],
)
def test_another_zone_name_or_type_is_another_record(other: Record) -> None:
    assert ids(domain(SPF), domain(other)) == ["plan-mail-records"]


def test_a_domain_that_leaves_is_told_with_all_that_goes() -> None:
    records, keys = loss.check((WHOLE,), (), ())
    assert records.key == keys.key == NAME
    assert records.reason == (
        "all of its 3 mail records would be deleted: _dmarc.example.com TXT (DMARC), "
        "example.com MX (smtp.example.com), example.com TXT (SPF)"
    )
    assert "add mail-records to tapal:allow for this one run" in records.cure
    assert "its DKIM key 2026a (active) would be deleted for good" in keys.reason
    assert "run `pulumi up` once with the key still in the file, which lifts" in keys.cure


def test_each_permission_permits_its_own() -> None:
    assert ids(WHOLE, allow=(loss.MAIL_RECORDS,)) == ["plan-dkim-keys"]
    unprotected = domain(MX, SPF, DMARC, keys=(OLD,))
    assert ids(unprotected, allow=(loss.DKIM_KEYS,)) == ["plan-mail-records"]
    assert ids(unprotected, allow=ALL) == []


def test_a_permitted_key_is_not_refused_as_a_record_too() -> None:
    before, after = domain(SPF, keys=(OLD,)), domain(SPF)
    assert ids(before, after, allow=(loss.DKIM_KEYS,)) == []


def test_a_retired_key_is_told_as_the_last_step() -> None:
    (found,) = loss.check((domain(SPF, keys=(RSA, OLD)),), (domain(SPF, keys=(RSA,)),), ())
    assert found.reason == "its retired DKIM key 2025a would be deleted"
    assert found.cure.startswith("that is the last step of a rotation")
    assert "add dkim-keys to tapal:allow for this one run" in found.cure


def test_a_protected_key_needs_a_run_of_its_own_first() -> None:
    (found,) = loss.check((WHOLE,), (domain(MX, SPF, DMARC),), ALL)
    assert found.id == "plan-dkim-protected"
    assert found.cure.startswith("run `pulumi up` once with the key still in the file")


def test_another_algorithm_is_another_key() -> None:
    other = Key(selector="2026a", algorithm="ed25519", state="active", protected=True)
    (found,) = loss.check((WHOLE,), (domain(MX, SPF, DMARC, keys=(other,)),), ())
    assert "2026a (active) would be replaced by one of another algorithm, ed25519" in found.reason
    assert ids(WHOLE, domain(MX, SPF, DMARC, keys=(other,)), allow=ALL) == []


def test_a_keys_state_is_no_loss() -> None:
    retired = Key(selector="2026a", algorithm="rsa", state="retired", protected=False)
    assert ids(WHOLE, domain(MX, SPF, DMARC, keys=(retired,))) == []


def test_a_host_with_a_new_name_is_the_same_host() -> None:
    def host(name: str) -> Holding:
        own = [Record(zone="z", name=name, type=kind) for kind in ("A", "AAAA", "TXT")]
        shared = Record(zone="z", name="_spf.example.com", type="TXT", detail="SPF")
        return Holding(what="host", name=name, records=frozenset([*own, shared]))

    (found,) = loss.check((host("smtp.example.com"),), (host("mail.example.com"),), ())
    assert found.key == "host"
    assert found.reason.startswith("3 of its 4 mail records would be deleted: smtp.example.com A,")


RECORDS = st.frozensets(
    st.builds(
        Record,
        zone=st.sampled_from(["z", "y"]),
        name=st.sampled_from([NAME, f"a.{NAME}", f"b.{NAME}"]),
        type=st.sampled_from(["A", "MX", "TXT"]),
    )
)


@given(before=RECORDS, after=RECORDS)
def test_the_share_is_what_it_says(before: frozenset[Record], after: frozenset[Record]) -> None:
    refused = bool(loss.check((domain(*before),), (domain(*after),), ()))
    lost = len(before) - len(before & after)
    assert refused == (bool(before) and Fraction(lost, len(before)) > Fraction(1, 3))
