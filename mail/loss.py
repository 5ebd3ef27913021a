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
    they, them = ("it", "it") if len(keys) == 1 else ("they", "them")
    if all(key.state == "retired" for key in keys):
        selectors = [key.selector for key in keys]
        reason = f"its {_listed('retired DKIM key', selectors)} would be deleted"
        cure = (
            "that is the last step of a rotation: some days after the retirement, when no mail "
            f"that {they} signed is under way, {_permission(keys)}"
        )
        return _finding("plan-dkim-keys", holding, reason, cure)
    reason = (
        f"its {_listed('DKIM key', keys)} would be deleted for good, and mail under way that "
        f"{they} signed would fail"
    )
    cure = (
        f"put {them} back; a key goes by rotation (another one active, this one retired, and some "
        f"days later no entry). If it is meant all the same, {_permission(keys)}"
    )
    return _finding("plan-dkim-keys", holding, reason, cure)


def _permission(keys: list[Key]) -> str:
    if not any(key.protected for key in keys):
        return f"add {DKIM_KEYS} {_ONCE}"
    return f"add {DKIM_KEYS} to tapal:allow, and {_two_runs(keys)}"


def _two_runs(keys: list[Key]) -> str:
    what, them = ("key", "it") if len(keys) == 1 else ("keys", "them")
    return (
        f"run `pulumi up` once with the {what} still in the file, which lifts the protection in "
        f"the state; then take {them} out"
    )


def _protected(holding: Holding, keys: list[Key]) -> Finding:
    reason = (
        f"its {_listed('DKIM key', keys)} would be deleted while still protected: {DKIM_KEYS} was "
        "not in tapal:allow at the last `pulumi up`"
    )
    return _finding("plan-dkim-protected", holding, reason, _two_runs(keys))


def _listed(what: str, keys: Collection[object]) -> str:
    return f"{what}{'s' if len(keys) > 1 else ''} {', '.join(map(str, keys))}"


def _finding(rule: str, holding: Holding, reason: str, cure: str) -> Finding:
    key = holding.name if holding.what == "domain" else "host"
    return Finding(id=rule, key=key, reason=reason, cure=cure, source=_SOURCE)
