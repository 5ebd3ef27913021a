"""Whether a setting that is given for an account names one of its domain's."""

from collections.abc import Iterator

from mail import address
from mail.finding import Finding
from mail.rule import Rule
from settings.settings import Domain


def check(name: str, domain: Domain, rule: Rule, place: str, key: str) -> Iterator[Finding]:
    """Yield what is wrong with ``name``, as a finding of ``rule``.

    Args:
        name: the account, as the setting has it.
        domain: whose account it must be.
        rule: the setting's own rule about it.
        place: the key of the setting.
        key: the key of the domain.
    """
    try:
        known = address.account(name) in domain.accounts
    except address.AddressError as problem:
        yield problem.finding.under(place)
        return
    if not known:
        near = address.suggest(name, domain.accounts)
        cure = f"did you mean {near!r}?" if near else None
        reason = f"{name}@{domain.name} is not an account"
        yield rule.found(place, reason=reason, cure=cure, rests_on=(f"{key}.accounts",))
