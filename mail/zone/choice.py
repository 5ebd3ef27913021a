"""What becomes of a domain's SPF and DMARC records where the zone holds others already.

Somebody may rely on what a domain in use has. So without a choice in the stack's file
(``existing``) such a record stops the run, shown beside what we would publish. A record that ours
takes the place of is remembered, and put back when ours goes. MX is in `mail.zone.mx`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from mail import dmarc_check, txt
from mail.finding import Finding, errors
from mail.spf import check as spf_check
from mail.spf import merge as spf_merge
from mail.spf.lookups import TOO_MANY_LOOKUPS
from mail.spf.record import SpfError, parse
from mail.zone import findings as say
from mail.zone.existing import PlannedRecord, RecordPlan, obstacles, others
from mail.zone.record import Kind, Listing, ZoneRecord

Choice = Literal["merge", "keep", "replace"] | None
Merge = Callable[[ZoneRecord], ZoneRecord]


@dataclass(frozen=True, kw_only=True)
class Sender:
    """The host that a domain sends from, as its SPF sees it.

    Attributes:
        host_include: the name whose SPF record stands for the host.
        all_includes: that name, and whom else the stack's file lets send.
        name: the host's name.
        addresses: all of its addresses.
    """

    host_include: str
    all_includes: Sequence[str]
    name: str
    addresses: Sequence[str]


@dataclass(frozen=True, kw_only=True)
class RRset:
    """The records of ``kind`` at a domain's name (RFC 2181 §5), of which there can be one.

    Attributes:
        kind: ``spf`` or ``dmarc``.
        wanted: ours, if nothing else is there.
        choice: the stack's, for a record that was there before.
        listing: the zone.
        key: where the domain stands in the stack's file, such as ``domains[0]``.
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
    def previous(self) -> tuple[ZoneRecord, ...]:
        """What was there before this stack's record took its place."""
        return self.listing.before_ours(self.wanted.name, self.kind)


def plan_spf(rrset: RRset, sender: Sender) -> RecordPlan:
    """Decide on a domain's SPF record: kept, replaced, or merged with ours."""

    def merge(before: ZoneRecord) -> ZoneRecord:
        text = spf_merge.merge(before.value, sender.all_includes)
        return replace(rrset.wanted, content=txt.quote(text))

    if rrset.choice == "keep":
        return _keep(rrset, lambda kept: _judge_spf(kept, sender, rrset.key))
    lost = _from_ours(rrset, sender) if rrset.choice == "merge" else None
    return _publish(rrset, merge, lost)


def plan_dmarc(rrset: RRset) -> RecordPlan:
    """Decide on a domain's DMARC record: kept or replaced."""

    def judge(kept: ZoneRecord) -> list[Finding]:
        found = dmarc_check.check_tags(kept.value, f"{rrset.key}.existing.dmarc")
        return [
            replace(one, level="warning", reason=f"the kept DMARC record: {one.reason}")
            for one in found
        ]

    return _keep(rrset, judge) if rrset.choice == "keep" else _publish(rrset, None, None)


def _keep(rrset: RRset, judge: Callable[[ZoneRecord], list[Finding]]) -> RecordPlan:
    # A record that ours replaced comes back by itself once ours is not published any more.
    kept = rrset.foreign or rrset.previous
    findings = [*others(rrset.there, rrset.listing, rrset.key)]
    if len(rrset.foreign) > 1:
        findings.append(say.several(rrset.kind, rrset.key, rrset.foreign, ours=0))
    elif kept:
        findings += judge(kept[0])
    elif not rrset.listing.at(rrset.wanted.name, "CNAME"):
        findings.append(say.nothing_to_keep(rrset.kind, rrset.key, rrset.wanted.name))
    given_back = tuple(rrset.there) if rrset.previous else ()
    return RecordPlan(given_back=given_back, findings=tuple(findings))


def _publish(rrset: RRset, merge: Merge | None, lost: ZoneRecord | None) -> RecordPlan:
    findings = _hindrances(rrset)
    before = next(iter([*rrset.foreign, *rrset.previous]), lost)
    wanted = rrset.wanted
    if before is not None and merge is not None and rrset.choice == "merge":
        wanted, problems = _merged(rrset, before, merge)
        findings += problems
    if errors(findings):
        planned = PlannedRecord(wanted=wanted)
        return RecordPlan(records=(planned,), findings=tuple(findings))
    if rrset.foreign and rrset.foreign[0].says(wanted):
        planned = PlannedRecord(wanted=wanted, found=rrset.foreign[0], adopted=True)
        return RecordPlan(records=(planned,), findings=tuple(findings))
    if before is not None and rrset.choice is None:
        findings.append(_conflict(rrset, before, merge))
    found = next(iter([*rrset.foreign, *rrset.ours]), None)
    return RecordPlan(
        records=(PlannedRecord(wanted=wanted, found=found),),
        previous=() if before is None else (before,),
        findings=tuple(findings),
    )


def _hindrances(rrset: RRset) -> list[Finding]:
    way_out = f"keep it: existing: {{{rrset.kind}: keep}} under {rrset.key}"
    findings = [
        *obstacles(rrset.wanted, rrset.listing, rrset.key, way_out),
        *others(rrset.there, rrset.listing, rrset.key),
    ]
    several = [*rrset.foreign, *rrset.ours]
    if len(several) > 1:
        findings.append(say.several(rrset.kind, rrset.key, several, ours=len(rrset.ours)))
    return findings


def _merged(rrset: RRset, before: ZoneRecord, merge: Merge) -> tuple[ZoneRecord, list[Finding]]:
    try:
        merged = merge(before)
    except SpfError as error:
        return rrset.wanted, [say.unreadable(before, rrset.key, str(error))]
    problems = spf_check.check(merged.value, f"{rrset.key}.existing.spf")
    # A fault that their record had before is worth a warning; what ours would break stops the run.
    return merged, [
        one if one.id == TOO_MANY_LOOKUPS.id else replace(one, level="warning") for one in problems
    ]


def _conflict(rrset: RRset, before: ZoneRecord, merge: Merge | None) -> Finding:
    choices, merged = say.CHOICES[rrset.kind], None
    if merge is not None:
        try:
            merged = merge(before)
        except SpfError:
            choices = {word: meaning for word, meaning in choices.items() if word != "merge"}
    name = say.NAMES[rrset.kind]
    if rrset.foreign:
        reason = f"{rrset.wanted.name} has another {name} record already, and may have only one"
        reason += say.shown([before], ours=rrset.wanted, merged=merged)
    else:
        reason = f"ours took the place of another {name} record, but the stack no longer says so"
        reason += say.shown([], before=before, ours=rrset.wanted, merged=merged)
    return say.choose(rrset.kind, rrset.key, reason, choices)


def _from_ours(rrset: RRset, sender: Sender) -> ZoneRecord | None:
    """Return the record that was there before, recovered from our own, if the state is lost.

    Then only the record's comment tells that it is ours, and it holds what was merged into it.
    """
    ours = next((one for one in rrset.ours if not one.held), None)
    if ours is None or rrset.foreign or rrset.previous or ours.says(rrset.wanted):
        return None
    try:
        text = spf_merge.without(ours.value, sender.all_includes)
    except SpfError:
        return None
    return replace(ours, content=txt.quote(text), comment="", owner="")


def _judge_spf(kept: ZoneRecord, sender: Sender, key: str) -> list[Finding]:
    try:
        parse(kept.value)
    except SpfError as error:
        cure = "correct it in Cloudflare's panel"
        return [say.kept_spf(kept, key, reason=f"cannot be read: {error}", cure=cure)]
    if spf_merge.lets_send(kept.value, sender.host_include, sender.name, sender.addresses):
        return []
    cure = f"add include:{sender.host_include} to it, or write existing: {{spf: merge}}"
    return [say.kept_spf(kept, key, reason=f"does not let {sender.name} send", cure=cure)]
