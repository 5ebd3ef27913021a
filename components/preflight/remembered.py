"""What only the stack's own state knows, and a person would not think of.

An account that goes takes its password along. A DMARC policy of none has a beginning: the day on
which Cloudflare made the record that is in the state. A record that was there before us is not
ours, and says nothing of our beginning; a record that was made anew begins anew.
"""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from components.preflight.own_state import OwnState
from mail import dmarc
from mail.finding import Finding
from mail.zone import owner
from settings import recommendations
from settings.rules.run import PASSWORD_LOST
from settings.settings import Domain

ACCOUNT_TYPE = "pulumi-python:dynamic/tapal:Account"


def check(domains: Sequence[Domain], state: OwnState, now: dt.datetime) -> list[Finding]:
    """Return what the state says against, or about, what ``domains`` are going to be.

    Args:
        domains: the stack's, as its file has them.
        state: the stack's own.
        now: the present, with its time zone.
    """
    return [*_lost_passwords(domains, state.resources), *_old_policies(domains, state, now)]


def _lost_passwords(
    domains: Sequence[Domain], resources: Mapping[str, Mapping[str, Any]]
) -> Iterator[Finding]:
    wanted = {f"{name}@{domain.name}": domain for domain in domains for name in domain.accounts}
    held = {
        str((one.get("outputs") or {}).get("address", "")): urn
        for urn, one in resources.items()
        if one.get("type") == ACCOUNT_TYPE
    }
    places = {domain.name: f"domains[{index}].accounts" for index, domain in enumerate(domains)}
    for address in sorted(held.keys() - wanted.keys() - {""}):
        name = address.rpartition("@")[2]
        # Perhaps it was only given another name, which makes another account of it.
        new = [one for one in wanted if one.endswith(f"@{name}") and one not in held]
        reason = f"the account {address} goes, and its password with it, for good"
        if len(new) == 1:
            reason += f"; {new[0]} is another account and gets a password of its own"
        yield PASSWORD_LOST.found(places.get(name, "domains"), reason=reason)


def _old_policies(
    domains: Sequence[Domain], state: OwnState, now: dt.datetime
) -> Iterator[Finding]:
    for index, domain in enumerate(domains):
        made = _made(dmarc.record_name(domain.name), state)
        age = recommendations.none_since(made, now)
        if domain.dmarc.policy == "none" and age is not None and made is not None:
            key = f"domains[{index}].dmarc.policy"
            yield from recommendations.check_none(age, key, f"published since {made:%Y-%m-%d}")


def _made(name: str, state: OwnState) -> dt.datetime | None:
    """Return when our own record at ``name`` was made, by the state's outputs."""
    for one in state.records:
        if one.get("name") == name and owner.stack_of(str(one.get("comment") or "")):
            try:
                found = dt.datetime.fromisoformat(str(one.get("createdOn")))
            except ValueError:
                return None
            return found if found.tzinfo else found.replace(tzinfo=dt.UTC)
    return None
