"""What a plan would take away that mail relies on, and which of it needs a permission.

More than a third of a domain's mail records (or of the host's), or any DKIM key: the marks of a
slip in a stack's file, such as a domain that was moved to another file or a name mistyped. A
record whose content changes is no loss; one of another name, type or zone is, and for MX, of
another target.
"""

from collections.abc import Collection, Iterator
from fractions import Fraction

from mail.finding import Finding
from mail.inventory import Holding, Inventory, Key

MAIL_RECORDS = "mail-records"
DKIM_KEYS = "dkim-keys"
LARGEST_SHARE = Fraction(1, 3)

_SOURCE = "docs/decisions/0009-plan-guard.md"
_ONCE = "to tapal:allow for this one run, and take it out afterwards"


def check(before: Inventory, after: Inventory, allow: Collection[str]) -> list[Finding]:
    """Return the losses from ``before`` to ``after`` that ``allow`` does not permit.

    Args:
        before: what there is.
        after: what there will be.
        allow: permissions: `MAIL_RECORDS`, `DKIM_KEYS`.
    """
    remaining = {_identity(holding): holding for holding in after}
    findings: list[Finding] = []
    for holding in before:
        nothing = Holding(what=holding.what, name=holding.name)
        rest = remaining.get(_identity(holding), nothing)
        if MAIL_RECORDS not in allow:
            findings += _records(holding, rest)
        findings += _keys(holding, rest, permitted=DKIM_KEYS in allow)
    return findings


def _identity(holding: Holding) -> tuple[str, str]:
    # A stack has one host, and some of its records outlive a new name.
    return (holding.what, "" if holding.what == "host" else holding.name)


def _records(before: Holding, after: Holding) -> Iterator[Finding]:
    lost, total = sorted(map(str, before.records - after.records)), len(before.records)
    if len(lost) <= total * LARGEST_SHARE:
        return
    if len(lost) == total:
        share = "its only mail record" if total == 1 else f"all of its {total} mail records"
    else:
        share = f"{len(lost)} of its {total} mail records"
    yield _finding(
        "plan-mail-records",
        before,
        f"{share} would be deleted: {', '.join(lost)}",
        f"put back what the stack's file said; or, if it is meant, add {MAIL_RECORDS} {_ONCE}",
    )


def _keys(before: Holding, after: Holding, *, permitted: bool) -> Iterator[Finding]:
    algorithms = {key.selector: key.algorithm for key in after.keys}
    removed = [key for key in before.keys if key.selector not in algorithms]
    if permitted:
        protected = [key for key in removed if key.protected]
        if protected:
            yield _protected(before, protected)
        return
    for key in before.keys:
        if algorithms.get(key.selector, key.algorithm) != key.algorithm:
            yield _replaced(before, key, algorithms[key.selector])
    if removed:
        yield _removed(before, removed)


def _replaced(holding: Holding, key: Key, algorithm: str) -> Finding:
    reason = f"its DKIM key {key} would be replaced by one of another algorithm, {algorithm}"
    cure = (
        "give the new key a selector of its own, and retire the old one when the new one signs; "
        f"or add {DKIM_KEYS} {_ONCE}"
    )
    return _finding("plan-dkim-keys", holding, reason, cure)


def _removed(holding: Holding, keys: list[Key]) -> Finding:
    if all(key.state == "retired" for key in keys):
        reason = (
            f"its {_listed('retired DKIM key', [key.selector for key in keys])} would be deleted"
        )
        cure = (
            "that is the last step of a rotation: some days after it was retired, when no mail "
            f"that it signed is under way, add {DKIM_KEYS} {_ONCE}"
        )
        return _finding("plan-dkim-keys", holding, reason, cure)
    reason = (
        f"its {_listed('DKIM key', keys)} would be deleted for good, and mail under way that was "
        "signed with it would fail"
    )
    cure = (
        "put it back, and let it go as its rotation ends (state retired, and some days later no "
        f"entry); or add {DKIM_KEYS} to tapal:allow, run `pulumi up` with the key still in its "
        "place, which lifts its protection, and remove it then"
    )
    return _finding("plan-dkim-keys", holding, reason, cure)


def _protected(holding: Holding, keys: list[Key]) -> Finding:
    reason = (
        f"its {_listed('DKIM key', keys)} would be deleted while still protected: {DKIM_KEYS} was "
        "not in tapal:allow at the last `pulumi up`"
    )
    cure = (
        f"put it back for one `pulumi up` with {DKIM_KEYS} in tapal:allow, which lifts the "
        "protection; then remove it"
    )
    return _finding("plan-dkim-protected", holding, reason, cure)


def _listed(what: str, keys: Collection[object]) -> str:
    return f"{what}{'s' if len(keys) > 1 else ''} {', '.join(map(str, keys))}"


def _finding(rule: str, holding: Holding, reason: str, cure: str) -> Finding:
    key = f"host {holding.name}" if holding.what == "host" else holding.name
    return Finding(id=rule, key=key, reason=reason, cure=cure, source=_SOURCE)
