"""What a person is told of records that a zone holds already: shown verbatim, with the choice."""

from collections.abc import Mapping, Sequence

from mail.finding import Finding
from mail.rule import Rule
from mail.zone.record import Kind, ZoneRecord

_SPF, _DMARC, _MX = "RFC 7208 §4.5", "RFC 9989 §4.10", "RFC 5321 §5.1"
_CLOUDFLARE = "developers.cloudflare.com/dns/manage-dns-records"
_CHOOSE = "choose under existing: merge (SPF alone), keep or replace"
_IN_PANEL = "delete it in Cloudflare's panel"

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

EXISTING: dict[Kind, Rule] = {
    "spf": Rule(
        id="zone-existing-spf",
        source=_SPF,
        why="A name can have one SPF record, and somebody may rely on the one that is there.",
        cure=_CHOOSE,
    ),
    "dmarc": Rule(
        id="zone-existing-dmarc",
        source=_DMARC,
        why="A name can have one DMARC record, and somebody may rely on the one that is there.",
        cure=_CHOOSE,
    ),
    "mx": Rule(
        id="zone-existing-mx",
        source=_MX,
        why="The domain's mail goes to the MX records that are there, and would go elsewhere.",
        cure=_CHOOSE,
    ),
}
SEVERAL: dict[Kind, Rule] = {
    "spf": Rule(
        id="zone-two-spf",
        source=_SPF,
        why="Receivers count several SPF records at one name as none.",
        cure="make them one in Cloudflare's panel",
    ),
    "dmarc": Rule(
        id="zone-two-dmarc",
        source=_DMARC,
        why="Receivers count several DMARC records at one name as none.",
        cure="make them one in Cloudflare's panel",
    ),
}
NOTHING_TO_KEEP: dict[Kind, Rule] = {
    "spf": Rule(
        id="zone-no-spf",
        source=_SPF,
        level="warning",
        why="existing.spf: keep publishes no SPF record, and the zone has none either.",
        cure="leave existing.spf out, so that ours is published",
    ),
    "dmarc": Rule(
        id="zone-no-dmarc",
        source=_DMARC,
        level="warning",
        why="existing.dmarc: keep publishes no DMARC record, and the zone has none either.",
        cure="leave existing.dmarc out, so that ours is published",
    ),
}
OTHER_STACK = Rule(
    id="zone-other-stack",
    source="docs/decisions/0008-what-the-zone-holds.md",
    why="A record belongs to the stack that its comment names, and only that stack changes it.",
    cure="take it out of that stack first",
)
CNAME = Rule(
    id="zone-cname",
    source="RFC 1034 §3.6.2",
    why="A CNAME allows no other record at its name.",
    cure=_IN_PANEL,
)
DELEGATED = Rule(
    id="zone-delegated",
    source="RFC 1034 §4.2",
    why="What lies below a delegation is answered by other name servers, so ours is not seen.",
    cure="delete the delegation in Cloudflare's panel, or name the zone that it leads to",
)
HOST_SPF = Rule(
    id="zone-host-spf",
    source=_SPF,
    why="The host's own names hold our SPF record, and a name can have one.",
    cure="delete it in Cloudflare's panel, or make it say there what ours says",
)
SELECTOR_TAKEN = Rule(
    id="zone-dkim-selector",
    source="RFC 6376 §3.6.2.2",
    why="A selector's name holds one key.",
    cure="choose another selector",
)
KEY_WITHOUT_STATE = Rule(
    id="zone-dkim-other-key",
    source="RFC 6376 §6.1.2",
    why="A key that is replaced takes with it the proof of every mail that it signed and that is "
    "still under way.",
    cure="choose another selector, bring back the state that has the key, or add dkim-keys to "
    "tapal:allow for this one run",
)
PROXIED = Rule(
    id="zone-proxied",
    source=_CLOUDFLARE,
    why="Cloudflare's proxy answers on no mail port.",
    cure="switch the record to DNS only (grey cloud) in Cloudflare's panel",
)
FOREIGN_ADDRESS = Rule(
    id="zone-foreign-address",
    source=_CLOUDFLARE,
    why="Mail, and the certificate authority, may go to any address of the host's name.",
    cure=_IN_PANEL,
)
MX_PRIORITY = Rule(
    id="zone-mx-priority",
    source=_MX,
    why="The same MX with two priorities would stand there twice.",
    cure="write the priority that is there, or delete the record in Cloudflare's panel",
)
SPF_UNREADABLE = Rule(
    id="zone-spf-unreadable",
    source="RFC 7208 §4.6",
    why="An SPF record that cannot be read cannot be merged with ours.",
    cure="correct it in Cloudflare's panel, or write existing: {spf: replace}",
)
KEPT_SPF = Rule(
    id="zone-kept-spf",
    source="RFC 7208 §5.2",
    level="warning",
    why="An SPF record that is kept must let this server send.",
    cure="add the server's include to it, or write existing: {spf: merge}",
)


def shown(there: Sequence[ZoneRecord], **labelled: ZoneRecord | None) -> str:
    """Return the lines that show records below a finding's reason, each after its label."""
    lines = [("there", one) for one in there]
    lines += [(label, one) for label, one in labelled.items() if one is not None]
    return "".join(f"\n      {label + ':':7} {record}" for label, record in lines)


def choose(kind: Kind, key: str, reason: str, choices: Mapping[str, str]) -> Finding:
    """Return the finding that asks for a choice, with the YAML of each.

    Args:
        kind: what the records are.
        key: where the domain stands in the stack's file.
        reason: what is there.
        choices: the words to write, and what each means.
    """
    width = max(map(len, choices))
    lines = [
        f"\n        existing: {{{kind}: {word}}}{' ' * (width - len(word))}  # {meaning}"
        for word, meaning in choices.items()
    ]
    cure = f"choose, under {key} (choices go together: existing: {{spf: merge, dmarc: keep}})"
    return EXISTING[kind].found(f"{key}.existing.{kind}", reason=reason, cure=cure + "".join(lines))


def several(kind: Kind, key: str, there: Sequence[ZoneRecord], *, ours: int) -> Finding:
    """Return the finding for a name that holds several records where one is allowed.

    Args:
        kind: what the records are.
        key: where the domain stands in the stack's file.
        there: the records.
        ours: how many of them have our comment.
    """
    which = "one of them" if ours == len(there) else "the one without our comment"
    return SEVERAL[kind].found(
        f"{key}.existing.{kind}",
        reason=f"{there[0].name} holds {len(there)} {NAMES[kind]} records, which receivers count "
        f"as none{shown(there)}",
        cure=f"delete {which} in Cloudflare's panel" if ours else None,
    )


def nothing_to_keep(kind: Kind, key: str, name: str) -> Finding:
    """Return the warning about a choice of ``keep`` where there is nothing."""
    reason = f"{name} has no {NAMES[kind]} record to keep"
    return NOTHING_TO_KEEP[kind].found(f"{key}.existing.{kind}", reason=reason)


def other_stack(found: ZoneRecord, key: str) -> Finding:
    """Return the finding for a record that another tapal stack has made."""
    return OTHER_STACK.found(
        key,
        reason=f"the record belongs to the stack {found.owner!r}{shown([found])}",
        cure=f"take it out of that stack first (pulumi up --stack {found.owner}); if there is no "
        "such stack any more, remove the record's comment in Cloudflare's panel",
    )


def cname(found: ZoneRecord, key: str, way_out: str) -> Finding:
    """Return the finding for a CNAME where a record of ours goes; ``way_out`` may be empty."""
    return CNAME.found(
        key,
        reason=f"a CNAME stands at {found.name}, and allows no record beside it{shown([found])}",
        cure=f"{_IN_PANEL}{way_out and f', or {way_out}'}",
    )


def delegated(servers: Sequence[ZoneRecord], key: str) -> Finding:
    """Return the finding for a name whose records are looked up elsewhere."""
    name = servers[0].name
    return DELEGATED.found(
        key,
        reason=f"{name} is delegated, so records in this zone are not served{shown(servers)}",
        cure=f"delete the delegation in Cloudflare's panel, or name the zone it leads to: {name}",
    )


def another(found: ZoneRecord, ours: ZoneRecord, key: str) -> Finding:
    """Return the finding for a second SPF record at a name of the host's."""
    reason = f"{found.name} has another SPF record{shown([found], ours=ours)}"
    return HOST_SPF.found(key, reason=reason)


def selector_taken(found: ZoneRecord, key: str, way_out: str) -> Finding:
    """Return the finding for a selector whose name holds something else than our key."""
    reason = f"{found.name} is in use, and a selector's name holds one key{shown([found])}"
    return SELECTOR_TAKEN.found(key, reason=reason, cure=way_out)


def key_without_state(found: ZoneRecord, key: str) -> Finding:
    """Return the finding for a key of this stack's that its state does not know."""
    return KEY_WITHOUT_STATE.found(
        key,
        reason=f"{found.name} holds another key, published by a stack of this name whose state is "
        f"not the present one{shown([found])}",
        cure=f"choose another selector in {key}, so that mail under way keeps its proof; or bring "
        "back the state that has this key; or, to replace it, add dkim-keys to tapal:allow for "
        "this one run",
    )


def foreign_address(found: ZoneRecord, ours: ZoneRecord | None, key: str) -> Finding:
    """Return the finding for an address at the host's name that is not the host's."""
    cure = f"{_IN_PANEL}, or write its address as {key}"
    if found.proxied:
        same = ours is not None and found.says(ours)
        return PROXIED.found(
            key,
            reason=f"{found.name} is proxied, and Cloudflare's proxy answers on no mail port"
            f"{shown([found], ours=ours)}",
            cure="switch it to DNS only (grey cloud) in Cloudflare's panel" if same else _IN_PANEL,
        )
    if ours is None:
        reason = f"{found.name} has an {found.type} record, and the stack gives no such address"
    else:
        reason = f"{found.name} has another {found.type} record, and mail would go there too"
    return FOREIGN_ADDRESS.found(key, reason=f"{reason}{shown([found], ours=ours)}", cure=cure)


def other_priority(found: ZoneRecord, ours: ZoneRecord, key: str) -> Finding:
    """Return the finding for an MX that names our host with another priority."""
    return MX_PRIORITY.found(
        f"{key}.mx",
        reason=f"the MX is there, with another priority{shown([found], ours=ours)}",
        cure=f"take it as it is: mx: [{{host: {found.value}, priority: {found.priority}}}], or "
        f"{_IN_PANEL}",
    )


def unreadable(found: ZoneRecord, key: str, why: str) -> Finding:
    """Return the finding for an SPF record that ours cannot be merged into."""
    reason = f"what is there cannot be merged, because {why}{shown([found])}"
    return SPF_UNREADABLE.found(f"{key}.existing.spf", reason=reason)


def kept_spf(found: ZoneRecord, key: str, *, reason: str, cure: str) -> Finding:
    """Return the warning about an SPF record that is kept and does not do."""
    return KEPT_SPF.found(
        f"{key}.existing.spf", reason=f"the kept SPF record {reason}{shown([found])}", cure=cure
    )
