"""Every form of mail that somebody wrote down: forged ones are refused, honest ones are taken."""

import pytest

from mail.gate import verdict
from tests.mail.gate import case
from tests.mail.gate.world import decide


@pytest.mark.parametrize("name", case.names("forged"))
def test_what_is_forged_is_refused(name: str) -> None:
    form = case.read("forged", name)
    found = decide(form.mail)
    assert found.status == verdict.REFUSED, form.about
    missing = [word for word in form.reason if word not in found.reason]
    assert form.reason, "the form does not say which words the refusal must have"
    assert not missing, found.reason


@pytest.mark.parametrize("name", case.names("honest"))
def test_what_is_honest_is_taken(name: str) -> None:
    form = case.read("honest", name)
    found = decide(form.mail)
    assert found.status == verdict.TAKEN, f"{form.about}: {found.reason}"
    assert not form.reason


def test_there_are_enough_forms_of_both() -> None:
    assert len(case.names("forged/outside")) >= 45
    assert len(case.names("forged/between")) >= 20
    assert len(case.names("honest")) >= 45


@pytest.mark.parametrize("kind", ["forged", "honest"])
def test_no_form_is_there_twice(kind: str) -> None:
    mails = [case.read(kind, name).mail for name in case.names(kind)]
    assert len({(mail.stdin, str(mail.environment)) for mail in mails}) == len(mails)
