"""What becomes of a domain's MX records where the zone holds others already.

A name may have several MX records. So ours are created beside those that were there, which are
removed afterwards, and restored before ours are deleted: at no moment is there none.
"""

from collections.abc import Sequence
from typing import Literal

from mail.zone import findings as say
from mail.zone.existing import PlannedRecord, RecordPlan, obstacles, others
from mail.zone.record import Listing, ZoneRecord


def plan_mx(
    name: str,
    wanted: Sequence[ZoneRecord],
    choice: Literal["keep", "replace"] | None,
    listing: Listing,
    key: str,
) -> RecordPlan:
    """Decide on a domain's MX records.

    Args:
        name: the domain.
        wanted: ours; none leaves what is there.
        choice: the stack's, for records that were there before.
        listing: the zone.
        key: where the domain stands in the stack's file, such as ``domains[0]``.
    """
    if not wanted or choice == "keep":
        given_back = listing.of_kind(name, "mx") if listing.before_ours(name, "mx") else ()
        return RecordPlan(given_back=tuple(given_back))
    there = listing.of_kind(name, "mx")
    findings = [*obstacles(wanted[0], listing, key), *others(there, listing, key)]
    records = tuple(_plan(one, there, listing) for one in wanted)
    taken = {one.found.id for one in records if one.found}
    rest = [one for one in there if listing.is_foreign(one) and one.id not in taken]
    for one in rest:
        findings += [
            say.other_priority(one, ours, key) for ours in wanted if ours.value == one.value
        ]
    kept = [one.found for one in records if one.found and one.adopted]
    previous = _replaced(listing.before_ours(name, "mx"), rest, kept)
    if previous and choice is None:
        reason = f"{name} has MX records already: mail comes in there"
        if not rest:
            reason = "ours took the place of MX records, but the stack no longer says so"
        reason += say.shown(previous) + "".join(say.shown([], ours=one.wanted) for one in records)
        findings.append(say.choose("mx", key, reason, say.CHOICES["mx"]))
    return RecordPlan(records=records, previous=previous, findings=tuple(findings))


def _plan(wanted: ZoneRecord, there: Sequence[ZoneRecord], listing: Listing) -> PlannedRecord:
    for found in there:
        if listing.is_foreign(found) and found.says(wanted):
            return PlannedRecord(wanted=wanted, found=found, adopted=True)
    ours = (one for one in there if listing.is_ours(one) and one.value == wanted.value)
    return PlannedRecord(wanted=wanted, found=next(ours, None))


def _replaced(
    previous: Sequence[ZoneRecord], new: Sequence[ZoneRecord], kept: Sequence[ZoneRecord]
) -> tuple[ZoneRecord, ...]:
    """Return the records that ours replace, each once, without those that are back and adopted."""
    there = [*new, *kept]
    gone = (one for one in previous if not any(one.id == n.id or one.says(n) for n in there))
    return (*gone, *new)
