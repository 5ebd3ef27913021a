"""What becomes of a domain's SPF and DMARC records where the zone holds others already.

Somebody may rely on what a domain in use has. So without a choice in the stack's file
(``existing``) such a record stops the run, shown beside what we would publish. A record that ours
takes the place of is remembered, and put back when ours goes. MX is in `mail.existing_mx`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from mail import dmarc, spf, spf_merge, txt
from mail import existing_findings as say
from mail.existing import Decision, Outcome, obstacles, others
from mail.finding import Finding, errors
from mail.spf_record import SpfError, parse
from mail.zone_record import Kind, Listing, ZoneRecord

Choice = Literal["merge", "keep", "replace"] | None
Merge = Callable[[ZoneRecord], ZoneRecord]


@dataclass(frozen=True, kw_only=True)
class Sender:
    """The host that a domain sends from, as its SPF sees it.

    Attributes:
        include: the name whose SPF record stands for the host.
        includes: that name, and whom else the stack's file lets send.
        name: the host's name.
        addresses: all of its addresses.
    """

    include: str
    includes: Sequence[str]
    name: str
    addresses: Sequence[str]


@dataclass(frozen=True, kw_only=True)
class Place:
    """A domain's name at which there can be one record of ``kind``.

    Attributes:
        kind: ``spf`` or ``dmarc``.
        wanted: ours, if nothing else is there.
        choice: the stack's, for a record that was there before.
        listing: the zone.
        key: the domain's place in the stack's file, such as ``domains[0]``.
    """

    kind: Kind
    wanted: ZoneRecord
    choice: Choice
    listing: Listing
    key: str

    @property
    def there(self) -> list[ZoneRecord]:
        """The records of this kind at the name."""
        return self.listing.of_kind(self.wanted.name, self.kind)

    @property
    def foreign(self) -> list[ZoneRecord]:
        """Those that belong to no stack."""
        return [one for one in self.there if self.listing.is_foreign(one)]

    @property
    def ours(self) -> list[ZoneRecord]:
        """Those of this stack."""
        return [one for one in self.there if self.listing.is_ours(one)]

    @property
    def memory(self) -> tuple[ZoneRecord, ...]:
        """What was there before this stack took its place."""
        return self.listing.remembered(self.wanted.name, self.kind)


def settle_spf(place: Place, sender: Sender) -> Outcome:
    """Decide on a domain's SPF record: kept, replaced, or merged with ours."""

    def merge(before: ZoneRecord) -> ZoneRecord:
        text = spf_merge.merged(before.value, sender.includes)
        return replace(place.wanted, content=txt.quote(text))

    if place.choice == "keep":
        return _keep(place, lambda kept: _judge_spf(kept, sender, place.key))
    lost = _lost(place, sender) if place.choice == "merge" else None
    return _publish(place, merge, lost)


def settle_dmarc(place: Place) -> Outcome:
    """Decide on a domain's DMARC record: kept or replaced."""

    def judge(kept: ZoneRecord) -> list[Finding]:
        found = dmarc.check_tags(kept.value, f"{place.key}.existing.dmarc")
        return [
            replace(one, level="advice", reason=f"the kept DMARC record: {one.reason}")
            for one in found
        ]

    return _keep(place, judge) if place.choice == "keep" else _publish(place, None, None)


def _keep(place: Place, judge: Callable[[ZoneRecord], list[Finding]]) -> Outcome:
    # What ours took the place of comes back by itself, once ours is not published any more.
    kept = place.foreign or place.memory
    findings = [*others(place.there, place.listing, place.key)]
    if len(place.foreign) > 1:
        findings.append(say.several(place.kind, place.key, place.foreign, ours=0))
    elif kept:
        findings += judge(kept[0])
    elif not place.listing.at(place.wanted.name, "CNAME"):
        findings.append(say.nothing_to_keep(place.kind, place.key, place.wanted.name))
    return Outcome(findings=tuple(findings))


def _publish(place: Place, merge: Merge | None, lost: ZoneRecord | None) -> Outcome:
    findings = _hindrances(place)
    before = next(iter([*place.foreign, *place.memory]), lost)
    wanted = place.wanted
    if before is not None and merge is not None and place.choice == "merge":
        wanted, problems = _merged(place, before, merge)
        findings += problems
    if errors(findings):
        decision = Decision(wanted=wanted)
        return Outcome(decisions=(decision,), findings=tuple(findings))
    if place.foreign and place.foreign[0].says(wanted):
        decision = Decision(wanted=wanted, found=place.foreign[0], adopted=True)
        return Outcome(decisions=(decision,), findings=tuple(findings))
    if before is not None and place.choice is None:
        findings.append(_conflict(place, before, merge))
    found = next(iter([*place.foreign, *place.ours]), None)
    return Outcome(
        decisions=(Decision(wanted=wanted, found=found),),
        former=() if before is None else (before,),
        findings=tuple(findings),
    )


def _hindrances(place: Place) -> list[Finding]:
    way_out = f"keep it: existing: {{{place.kind}: keep}} under {place.key}"
    findings = [
        *obstacles(place.wanted, place.listing, place.key, way_out),
        *others(place.there, place.listing, place.key),
    ]
    several = [*place.foreign, *place.ours]
    if len(several) > 1:
        findings.append(say.several(place.kind, place.key, several, ours=len(place.ours)))
    return findings


def _merged(place: Place, before: ZoneRecord, merge: Merge) -> tuple[ZoneRecord, list[Finding]]:
    try:
        merged = merge(before)
    except SpfError as error:
        return place.wanted, [say.unreadable(before, place.key, str(error))]
    problems = spf.check(merged.value, f"{place.key}.existing.spf")
    # What was wrong with theirs before is worth knowing; what ours would break stops the run.
    return merged, [
        one if one.id == "spf-too-many-lookups" else replace(one, level="advice")
        for one in problems
    ]


def _conflict(place: Place, before: ZoneRecord, merge: Merge | None) -> Finding:
    choices, merged = say.CHOICES[place.kind], None
    if merge is not None:
        try:
            merged = merge(before)
        except SpfError:
            choices = {word: meaning for word, meaning in choices.items() if word != "merge"}
    name = say.NAMES[place.kind]
    if place.foreign:
        reason = f"{place.wanted.name} has another {name} record already, and may have only one"
        reason += say.shown([before], ours=place.wanted, merged=merged)
    else:
        reason = f"ours took the place of another {name} record, but the stack no longer says so"
        reason += say.shown([], before=before, ours=place.wanted, merged=merged)
    return say.choose(place.kind, place.key, reason, choices)


def _lost(place: Place, sender: Sender) -> ZoneRecord | None:
    """Return what was there before, told from our own record, if the stack's state is lost.

    Then only the record's comment makes it ours, and it holds what was merged into it.
    """
    ours = next((one for one in place.ours if not one.held), None)
    if ours is None or place.foreign or place.memory or ours.says(place.wanted):
        return None
    try:
        text = spf_merge.without(ours.value, sender.includes)
    except SpfError:
        return None
    return replace(ours, content=txt.quote(text), comment="", owner="")


def _judge_spf(kept: ZoneRecord, sender: Sender, key: str) -> list[Finding]:
    try:
        parse(kept.value)
    except SpfError as error:
        cure = "correct it in Cloudflare's panel"
        return [say.kept_spf(kept, key, f"cannot be read: {error}", cure)]
    if spf_merge.lets_send(kept.value, sender.include, sender.name, sender.addresses):
        return []
    cure = f"add include:{sender.include} to it, or write existing: {{spf: merge}}"
    return [say.kept_spf(kept, key, f"does not let {sender.name} send", cure)]
