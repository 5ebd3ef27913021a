"""What a person is told of records that a zone holds already: shown verbatim, with the choice."""

from collections.abc import Mapping, Sequence

from mail.finding import Finding
from mail.zone_record import Kind, ZoneRecord

RULES: dict[Kind, str] = {
    "spf": "RFC 7208 §4.5",
    "dmarc": "RFC 9989 §4.10",
    "mx": "RFC 5321 §5.1",
    "dkim": "RFC 6376 §3.6.2.2",
    "address": "developers.cloudflare.com/dns/manage-dns-records",
}
NAMES: dict[Kind, str] = {"spf": "SPF", "dmarc": "DMARC", "mx": "MX"}
CHOICES: dict[Kind, dict[str, str]] = {
    "spf": {
        "merge": "what is there, with this host added",
        "keep": "what is there; ours is not published",
        "replace": "ours; what is there is put back by pulumi destroy",
    },
    "dmarc": {
        "keep": "what is there; ours is not published",
        "replace": "ours; what is there is put back by pulumi destroy",
    },
    "mx": {
        "keep": "mail goes on coming in there; ours is not published",
        "replace": "mail comes in here; what is there is put back by pulumi destroy",
    },
}


def shown(there: Sequence[ZoneRecord], **labelled: ZoneRecord | None) -> str:
    """Return the lines that show records below a finding's reason, each after its label."""
    lines = [("there", one) for one in there]
    lines += [(label, one) for label, one in labelled.items() if one is not None]
    return "".join(f"\n      {label + ':':7} {record}" for label, record in lines)


def choose(kind: Kind, key: str, reason: str, choices: Mapping[str, str]) -> Finding:
    """Return the finding that asks for a choice, with the YAML of each.

    Args:
        kind: what the records are.
        key: the domain's place in the stack's file.
        reason: what is there.
        choices: the words to write, and what each means.
    """
    width = max(map(len, choices))
    lines = [
        f"\n        existing: {{{kind}: {word}}}{' ' * (width - len(word))}  # {meaning}"
        for word, meaning in choices.items()
    ]
    cure = f"choose, under {key} (choices go together: existing: {{spf: merge, dmarc: keep}})"
    return Finding(
        id=f"zone-existing-{kind}",
        key=f"{key}.existing.{kind}",
        reason=reason,
        cure=cure + "".join(lines),
        source=RULES[kind],
    )


def several(kind: Kind, key: str, there: Sequence[ZoneRecord], *, ours: int) -> Finding:
    """Return the finding for a name that holds several records where one is allowed.

    Args:
        kind: what the records are.
        key: the domain's place in the stack's file.
        there: the records.
        ours: how many of them have our comment.
    """
    cure = "make them one in Cloudflare's panel"
    if ours:
        which = "one of them" if ours == len(there) else "the one without our comment"
        cure = f"delete {which} in Cloudflare's panel"
    return Finding(
        id=f"zone-two-{kind}",
        key=f"{key}.existing.{kind}",
        reason=(
            f"{there[0].name} holds {len(there)} {NAMES[kind]} records, which receivers count as "
            f"none{shown(there)}"
        ),
        cure=cure,
        source=RULES[kind],
    )


def nothing_to_keep(kind: Kind, key: str, name: str) -> Finding:
    """Return the advice for a choice of ``keep`` where there is nothing."""
    return Finding(
        id=f"zone-no-{kind}",
        key=f"{key}.existing.{kind}",
        reason=f"{name} has no {NAMES[kind]} record to keep",
        cure=f"leave existing.{kind} out, so that ours is published",
        source=RULES[kind],
        level="advice",
    )


def other_stack(found: ZoneRecord, key: str) -> Finding:
    """Return the finding for a record that another tapal stack has made."""
    return Finding(
        id="zone-other-stack",
        key=key,
        reason=f"the record belongs to the stack {found.owner!r}{shown([found])}",
        cure=(
            f"take it out of that stack first (pulumi up --stack {found.owner}); if there is no "
            "such stack any more, remove the record's comment in Cloudflare's panel"
        ),
        source="docs/decisions/0008-what-the-zone-holds.md",
    )


def cname(found: ZoneRecord, key: str, way_out: str) -> Finding:
    """Return the finding for a CNAME where a record of ours goes; ``way_out`` may be empty."""
    return Finding(
        id="zone-cname",
        key=key,
        reason=f"a CNAME stands at {found.name}, and allows no record beside it{shown([found])}",
        cure=f"delete it in Cloudflare's panel{way_out and f', or {way_out}'}",
        source="RFC 1034 §3.6.2",
    )


def delegated(servers: Sequence[ZoneRecord], key: str) -> Finding:
    """Return the finding for a name whose records are looked up elsewhere."""
    name = servers[0].name
    return Finding(
        id="zone-delegated",
        key=key,
        reason=f"{name} is delegated, so records in this zone are not served{shown(servers)}",
        cure=f"delete the delegation in Cloudflare's panel, or name the zone it leads to: {name}",
        source="RFC 1034 §4.2",
    )


def another(found: ZoneRecord, ours: ZoneRecord, key: str) -> Finding:
    """Return the finding for a second SPF record at a name of the host's."""
    return Finding(
        id="zone-host-spf",
        key=key,
        reason=f"{found.name} has another SPF record{shown([found], ours=ours)}",
        cure="delete it in Cloudflare's panel, or make it say there what ours says",
        source=RULES["spf"],
    )


def selector_taken(found: ZoneRecord, key: str, way_out: str) -> Finding:
    """Return the finding for a selector whose name holds something else than our key."""
    return Finding(
        id="zone-dkim-selector",
        key=key,
        reason=f"{found.name} is in use, and a selector's name holds one key{shown([found])}",
        cure=way_out,
        source=RULES["dkim"],
    )


def foreign_address(found: ZoneRecord, ours: ZoneRecord | None, key: str) -> Finding:
    """Return the finding for an address at the host's name that is not the host's."""
    cure = "delete it in Cloudflare's panel"
    if found.proxied:
        reason = f"{found.name} is proxied, and Cloudflare's proxy answers on no mail port"
        if ours is not None and found.says(ours):
            cure = "switch it to DNS only (grey cloud) in Cloudflare's panel"
    elif ours is None:
        reason = f"{found.name} has an {found.type} record, and the stack gives no such address"
        cure += f", or write its address as {key}"
    else:
        reason = f"{found.name} has another {found.type} record, and mail would go there too"
        cure += f", or write its address as {key}"
    return Finding(
        id="zone-proxied" if found.proxied else "zone-foreign-address",
        key=key,
        reason=f"{reason}{shown([found], ours=ours)}",
        cure=cure,
        source=RULES["address"],
    )


def other_priority(found: ZoneRecord, ours: ZoneRecord, key: str) -> Finding:
    """Return the finding for an MX that names our host with another priority."""
    return Finding(
        id="zone-mx-priority",
        key=f"{key}.mx",
        reason=f"the MX is there, with another priority{shown([found], ours=ours)}",
        cure=(
            f"take it as it is: mx: [{{host: {found.value}, priority: {found.priority}}}], or "
            "delete it in Cloudflare's panel"
        ),
        source=RULES["mx"],
    )


def unreadable(found: ZoneRecord, key: str, why: str) -> Finding:
    """Return the finding for an SPF record that ours cannot be merged into."""
    return Finding(
        id="zone-spf-unreadable",
        key=f"{key}.existing.spf",
        reason=f"what is there cannot be merged, because {why}{shown([found])}",
        cure="correct it in Cloudflare's panel, or write existing: {spf: replace}",
        source="RFC 7208 §4.6",
    )


def kept_spf(found: ZoneRecord, key: str, reason: str, cure: str) -> Finding:
    """Return the advice on an SPF record that is kept and does not do."""
    return Finding(
        id="zone-kept-spf",
        key=f"{key}.existing.spf",
        reason=f"the kept SPF record {reason}{shown([found])}",
        cure=cure,
        source="RFC 7208 §5.2",
        level="advice",
    )
