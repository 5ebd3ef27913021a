"""What becomes of a record that we want, given what the zone holds already.

An identical record is adopted: it stays as it was found, even when the stack is destroyed. A record
of our own is updated. Any other that contradicts ours is a finding; nothing foreign is changed
here. Where there is a choice to make (SPF, DMARC, MX of a domain) see `mail.zone.choice`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from mail.finding import Finding
from mail.zone import findings as say
from mail.zone import owner
from mail.zone.record import Kind, Listing, ZoneRecord


@dataclass(frozen=True, kw_only=True)
class PlannedRecord:
    """One record that will be published.

    Attributes:
        wanted: what it is to say.
        found: the existing record to adopt or update; None creates one.
        adopted: ``found`` says the same already and is not ours: it is never changed or deleted.
    """

    wanted: ZoneRecord
    found: ZoneRecord | None = None
    adopted: bool = False


@dataclass(frozen=True, kw_only=True)
class RecordPlan:
    """What becomes of the records of one kind at a name.

    Attributes:
        records: the records that are published; none where what is there is kept.
        previous: the records that ours take the place of, to be put back when ours go.
        given_back: records of ours that go because the stack's file gives their place back to
            what was there before them: nothing is lost with these.
        findings: what stops the run, and what is worth knowing.
    """

    records: tuple[PlannedRecord, ...] = ()
    previous: tuple[ZoneRecord, ...] = ()
    given_back: tuple[ZoneRecord, ...] = ()
    findings: tuple[Finding, ...] = ()


def plan_record(wanted: ZoneRecord, kind: Kind, listing: Listing, key: str) -> RecordPlan:
    """Decide on a record that must be the only one of its kind and type at its name.

    Args:
        wanted: the record; its content is empty if it is not known yet.
        kind: what it is for.
        listing: the zone.
        key: the setting that the record comes from.
    """
    there = [one for one in listing.of_kind(wanted.name, kind) if one.type == wanted.type]
    foreign = [one for one in there if listing.is_foreign(one)]
    same = (one for one in foreign if one.says(wanted) and not one.proxied)
    adopted = next(same, None)
    ours = next((one for one in there if listing.is_ours(one)), None)
    way_out = f"choose another selector in {key}" if kind == "dkim" else ""
    findings = [*obstacles(wanted, listing, key, way_out), *others(there, listing, key)]
    findings += [
        _contradicts(wanted, kind, one, listing, key) for one in foreign if one is not adopted
    ]
    planned = PlannedRecord(wanted=wanted, found=adopted or ours, adopted=adopted is not None)
    return RecordPlan(records=(planned,), findings=tuple(findings))


def plan_key(name: str, listing: Listing, key: str, *, may_replace: bool) -> RecordPlan:
    """Decide on the record of a DKIM key, whose content is known only when the key is.

    A record that has this stack's comment, and says another key than its state has, is of a state
    that is lost, or of another stack of the same name. To publish a new key there would leave mail
    that was signed with the old one, and is under way, without proof.

    Args:
        name: the record's.
        listing: the zone.
        key: the setting that names the selector.
        may_replace: whether the stack's file allows that a key is lost.
    """
    plan = plan_record(ZoneRecord(name=name, type="TXT", content=""), "dkim", listing, key)
    found = plan.records[0].found
    if found is None or found.held or may_replace or found.value == listing.keys.get(name):
        return plan
    return replace(plan, findings=(*plan.findings, say.key_without_state(found, key)))


def no_address(name: str, kind: str, listing: Listing, key: str) -> list[Finding]:
    """Return a finding for each foreign address of type ``kind`` at a host that has none."""
    return [
        say.foreign_address(one, None, key)
        for one in listing.at(name, kind)
        if listing.is_foreign(one)
    ]


def obstacles(
    wanted: ZoneRecord, listing: Listing, key: str, way_out: str = ""
) -> Iterator[Finding]:
    """Yield what makes ``wanted`` impossible or useless: a CNAME at its name, or a delegation.

    A CNAME at the zone's own name is flattened by Cloudflare, so only addresses cannot be there.

    Args:
        wanted: the record.
        listing: the zone.
        key: the setting that it comes from.
        way_out: what to do instead of deleting the CNAME.
    """
    if wanted.name != listing.zone or wanted.type in ("A", "AAAA"):
        for found in listing.at(wanted.name, "CNAME"):
            yield say.cname(found, key, way_out)
    for name in listing.above(wanted.name):
        if servers := listing.at(name, "NS"):
            yield say.delegated(servers, key)


def others(there: Sequence[ZoneRecord], listing: Listing, key: str) -> Iterator[Finding]:
    """Yield a finding for each record of ``there`` that another tapal stack has made."""
    for found in there:
        if not listing.is_ours(found) and not listing.is_foreign(found):
            yield say.other_stack(found, key)


def _contradicts(
    wanted: ZoneRecord, kind: Kind, found: ZoneRecord, listing: Listing, key: str
) -> Finding:
    if kind == "dkim":
        way_out = (
            f"choose another selector in {key}; or, if this key is the stack's own and its comment "
            f'was removed, write the comment again: "{owner.comment(listing.stack)}"'
        )
        return say.selector_taken(found, key, way_out)
    if kind == "address":
        return say.foreign_address(found, wanted, key)
    return say.another(found, wanted, key)
