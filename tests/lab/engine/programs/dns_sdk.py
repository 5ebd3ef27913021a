"""Reads every kind of answer through Cloudflare's SDK for Pulumi, which checks their types."""

import pulumi
import pulumi_cloudflare as cloudflare

zone = cloudflare.get_zone(filter=cloudflare.GetZoneFilterArgs(match="all", name="tapal.test"))
pulumi.export("zone", [zone.zone_id, zone.name, zone.status, zone.name_servers])


def shown(found: cloudflare.AwaitableGetDnsRecordsResult) -> list[list[object]]:
    return [[one.id, one.name, one.type, one.content, one.priority] for one in found.results]


pulumi.export("mx", shown(cloudflare.get_dns_records(zone_id=zone.zone_id, type="MX")))
apex = cloudflare.GetDnsRecordsNameArgs(exact="tapal.test")
pulumi.export("txt", shown(cloudflare.get_dns_records(zone_id=zone.zone_id, type="TXT", name=apex)))

a = cloudflare.DnsRecord(
    "a",
    zone_id=zone.zone_id,
    name="a.tapal.test",
    type="A",
    content="203.0.113.1",
    ttl=300,
    comment="ours",
)
tlsa = cloudflare.DnsRecord(
    "tlsa",
    zone_id=zone.zone_id,
    name="_25._tcp.a.tapal.test",
    type="TLSA",
    ttl=300,
    data=cloudflare.DnsRecordDataArgs(usage=3, selector=1, matching_type=1, certificate="ab" * 32),
)
pulumi.export("created", [a.id, a.name, a.content, a.created_on, a.modified_on, a.comment])
pulumi.export("flags", [a.proxied, a.proxiable, a.tags, a.meta])
pulumi.export("tlsa", [tlsa.content, tlsa.data.matching_type, tlsa.priority])
