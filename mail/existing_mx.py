"""What becomes of a domain's MX records where the zone holds others already.

Several may stand side by side. So ours are made beside those that were there, which go after,
and come back before ours go: at no moment is there none.
"""

from collections.abc import Sequence
from typing import Literal

from mail import existing_findings as say
from mail.existing import Decision, Outcome, obstacles, others
from mail.zone_record import Listing, ZoneRecord


def settle_mx(
    wanted: Sequence[ZoneRecord],
    choice: Literal["keep", "replace"] | None,
    listing: Listing,
    key: str,
) -> Outcome:
    """Decide on a domain's MX records.

    Args:
        wanted: ours; none leaves what is there.
        choice: the stack's, for records that were there before.
        listing: the zone.
        key: the domain's place in the stack's file, such as ``domains[0]``.
    """
    if not wanted or choice == "keep":
        return Outcome()
    name = wanted[0].name
    there = listing.of_kind(name, "mx")
    findings = [*obstacles(wanted[0], listing, key), *others(there, listing, key)]
    decisions = tuple(_decide(one, there, listing) for one in wanted)
    taken = {one.found.id for one in decisions if one.found}
    rest = [one for one in there if listing.is_foreign(one) and one.id not in taken]
    for one in rest:
        findings += [
            say.other_priority(one, ours, key) for ours in wanted if ours.value == one.value
        ]
    kept = [one.found for one in decisions if one.found and one.adopted]
    former = _together(listing.remembered(name, "mx"), rest, kept)
    if former and choice is None:
        reason = f"{name} has MX records already: mail comes in there"
        if not rest:
            reason = "ours took the place of MX records, but the stack no longer says so"
        reason += say.shown(former) + "".join(say.shown([], ours=one.wanted) for one in decisions)
        findings.append(say.choose("mx", key, reason, say.CHOICES["mx"]))
    return Outcome(decisions=decisions, former=former, findings=tuple(findings))


def _decide(wanted: ZoneRecord, there: Sequence[ZoneRecord], listing: Listing) -> Decision:
    for found in there:
        if listing.is_foreign(found) and found.says(wanted):
            return Decision(wanted=wanted, found=found, adopted=True)
    ours = (one for one in there if listing.is_ours(one) and one.value == wanted.value)
    return Decision(wanted=wanted, found=next(ours, None))


def _together(
    memory: Sequence[ZoneRecord], new: Sequence[ZoneRecord], kept: Sequence[ZoneRecord]
) -> tuple[ZoneRecord, ...]:
    """Return what gives way to ours, each once: not what is back and has been adopted."""
    there = [*new, *kept]
    gone = (one for one in memory if not any(one.id == n.id or one.says(n) for n in there))
    return (*gone, *new)
