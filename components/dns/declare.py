"""Declares a record in a zone: ours, or one that was there and is adopted."""

import pulumi

from components.dns import plain_record
from components.dns.cloudflare_plugin import DnsRecord, Properties
from components.plan import Zone
from mail import txt
from mail.zone import owner
from mail.zone.existing import PlannedRecord


def declare_record(
    zone: Zone,
    resource_name: str,
    planned: PlannedRecord,
    opts: pulumi.ResourceOptions,
    *,
    text: pulumi.Input[str] | None = None,
    outlives: bool = False,
) -> DnsRecord:
    """Declare ``planned`` in ``zone``.

    Mail names are never proxied: Cloudflare's proxy answers on no mail port.

    Args:
        zone: where it goes.
        resource_name: the resource's name. It holds the record's own name, because a record of
            somebody else's that was adopted must never be moved to another one.
        planned: what is to be published, and which existing record it is or replaces.
        opts: the resource's options.
        text: the value of a TXT that is known only later.
        outlives: the record stays when the resource goes, because what was there before takes
            its place then (`components.resources.previous_records`). An adopted one always does.
    """
    found = planned.found
    more = pulumi.ResourceOptions(
        # What the state has already must not be imported again: the engine would take that for a
        # replacement, and delete the very record in the end.
        import_=f"{zone.id}/{found.id}" if found and not found.held else None,
        retain_on_delete=planned.adopted or outlives,
    )
    properties = (
        plain_record.body(found)
        if found and planned.adopted
        else _ours(planned, zone.listing.stack, text)
    )
    properties["zoneId"] = zone.id
    return DnsRecord(resource_name, properties, pulumi.ResourceOptions.merge(opts, more))


def _ours(planned: PlannedRecord, stack: str, text: pulumi.Input[str] | None) -> Properties:
    wanted = planned.wanted
    content = wanted.content if text is None else pulumi.Output.from_input(text).apply(txt.quote)
    return plain_record.body(wanted) | {"content": content, "comment": owner.comment(stack)}
