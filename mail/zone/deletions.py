"""What a run would delete of what mail relies on, and which of it needs a permission.

More than a third of a domain's mail records (or of the host's), or any DKIM key: the marks of a
slip in a stack's file, such as a domain that was moved to another file or a name mistyped. A
record whose content changes is no loss; one of another name, type or zone is, and for MX, of
another target.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from mail.finding import Finding
from mail.rule import Rule
from mail.zone.assets import KeyAsset, MailAssets, MailRecord

MAIL_RECORDS = "mail-records"
DKIM_KEYS = "dkim-keys"
LARGEST_SHARE = Fraction(1, 3)

_SOURCE = "docs/decisions/0009-plan-guard.md"
_ONCE = "to tapal:allow for this one run, and take it out afterwards"

RECORDS_LOST = Rule(
    id="plan-mail-records",
    source=_SOURCE,
    why="A run that deletes more than a third of a domain's mail records is most often a slip.",
    cure=f"put back what the stack's file said; or, if it is meant, add {MAIL_RECORDS} {_ONCE}",
)
KEYS_LOST = Rule(
    id="plan-dkim-keys",
    source=_SOURCE,
    why="A deleted DKIM key is gone for good, and mail under way that it signed fails.",
    cure=f"retire the key first, and delete it some days later; or add {DKIM_KEYS} {_ONCE}",
)
KEYS_PROTECTED = Rule(
    id="plan-dkim-protected",
    source=_SOURCE,
    why="Pulumi's state protects a DKIM key, and a run cannot both lift that and delete the key.",
    cure=f"run `pulumi up` once with {DKIM_KEYS} in tapal:allow and the key still in the file",
)


@dataclass(frozen=True, kw_only=True)
class Loss:
    """What one domain, or the host, would lose.

    Attributes:
        holder: all that it has now.
        records: its mail records that would be deleted.
        keys: its DKIM keys that would be deleted.
        replaced: keys that would be replaced by one of another algorithm, and by which.
    """

    holder: MailAssets
    records: tuple[MailRecord, ...] = ()
    keys: tuple[KeyAsset, ...] = ()
    replaced: tuple[tuple[KeyAsset, str], ...] = ()


def losses(before: Sequence[MailAssets], after: Sequence[MailAssets]) -> tuple[Loss, ...]:
    """Return what each domain, and the host, would lose between ``before`` and ``after``."""
    remaining = {_identity(one): one for one in after}
    nothing = MailAssets(what="domain", name="")
    found = (_loss(one, remaining.get(_identity(one), nothing)) for one in before)
    return tuple(one for one in found if one.records or one.keys or one.replaced)


def check(found: Sequence[Loss], allow: Collection[str]) -> list[Finding]:
    """Return which of the losses ``found`` are not permitted.

    Args:
        found: what would be lost.
        allow: permissions: `MAIL_RECORDS`, `DKIM_KEYS`.
    """
    findings: list[Finding] = []
    for loss in found:
        if MAIL_RECORDS not in allow:
            findings += _records(loss)
        findings += _keys(loss, permitted=DKIM_KEYS in allow)
    return findings


def _identity(assets: MailAssets) -> tuple[str, str]:
    # A stack has one host, and some of its records outlive a new name.
    return (assets.what, "" if assets.what == "host" else assets.name)


def _loss(before: MailAssets, after: MailAssets) -> Loss:
    algorithms = {key.selector: key.algorithm for key in after.keys}
    kept = [key for key in before.keys if key.selector in algorithms]
    return Loss(
        holder=before,
        records=tuple(sorted(before.records - after.records, key=str)),
        keys=tuple(key for key in before.keys if key.selector not in algorithms),
        replaced=tuple(
            (key, algorithms[key.selector])
            for key in kept
            if algorithms[key.selector] != key.algorithm
        ),
    )


def _records(loss: Loss) -> Iterator[Finding]:
    lost, total = len(loss.records), len(loss.holder.records)
    if lost <= total * LARGEST_SHARE:
        return
    if lost == total:
        share = "its only mail record" if total == 1 else f"all of its {total} mail records"
    else:
        share = f"{lost} of its {total} mail records"
    listed = ", ".join(map(str, loss.records))
    yield RECORDS_LOST.found(_key(loss), reason=f"{share} would be deleted: {listed}")


def _keys(loss: Loss, *, permitted: bool) -> Iterator[Finding]:
    if permitted:
        protected = [key for key in loss.keys if key.protected]
        if protected:
            yield _protected(loss, protected)
        return
    for key, algorithm in loss.replaced:
        yield _replaced(loss, key, algorithm)
    if loss.keys:
        yield _removed(loss)


def _replaced(loss: Loss, key: KeyAsset, algorithm: str) -> Finding:
    return KEYS_LOST.found(
        _key(loss),
        reason=f"its DKIM key {key} would be replaced by one of another algorithm, {algorithm}",
        cure="give the new key a selector of its own, and retire the old one when the new one "
        f"signs; or add {DKIM_KEYS} {_ONCE}",
    )


def _removed(loss: Loss) -> Finding:
    keys = loss.keys
    they, them = ("it", "it") if len(keys) == 1 else ("they", "them")
    if all(key.state == "retired" for key in keys):
        selectors = [key.selector for key in keys]
        return KEYS_LOST.found(
            _key(loss),
            reason=f"its {_listed('retired DKIM key', selectors)} would be deleted",
            cure="that is the last step of a rotation: some days after the retirement, when no "
            f"mail that {they} signed is under way, {_permission(keys)}",
        )
    return KEYS_LOST.found(
        _key(loss),
        reason=f"its {_listed('DKIM key', keys)} would be deleted for good, and mail under way "
        f"that {they} signed would fail",
        cure=f"put {them} back; a key goes by rotation (another one active, this one retired, and "
        f"some days later no entry). If it is meant all the same, {_permission(keys)}",
    )


def _permission(keys: Sequence[KeyAsset]) -> str:
    if not any(key.protected for key in keys):
        return f"add {DKIM_KEYS} {_ONCE}"
    return f"add {DKIM_KEYS} to tapal:allow, and {_two_runs(keys)}"


def _two_runs(keys: Sequence[KeyAsset]) -> str:
    what, them = ("key", "it") if len(keys) == 1 else ("keys", "them")
    return (
        f"run `pulumi up` once with the {what} still in the file, which lifts the protection in "
        f"the state; then take {them} out"
    )


def _protected(loss: Loss, keys: Sequence[KeyAsset]) -> Finding:
    return KEYS_PROTECTED.found(
        _key(loss),
        reason=f"its {_listed('DKIM key', keys)} would be deleted while still protected: "
        f"{DKIM_KEYS} was not in tapal:allow at the last `pulumi up`",
        cure=_two_runs(keys),
    )


def _listed(what: str, keys: Collection[object]) -> str:
    return f"{what}{'s' if len(keys) > 1 else ''} {', '.join(map(str, keys))}"


def _key(loss: Loss) -> str:
    return loss.holder.name if loss.holder.what == "domain" else "host"
