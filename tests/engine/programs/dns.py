"""Makes the DNS records that records.json describes, and shows what it was asked to look up."""

import json
from pathlib import Path

import pulumi
import pulumi_cloudflare as cloudflare

wanted = json.loads(Path("records.json").read_text())
zone = cloudflare.get_zone(filter=cloudflare.GetZoneFilterArgs(match="all", name="tapal.test"))
made: dict[str, cloudflare.DnsRecord] = {}
for name, arguments in wanted["records"].items():
    said = {"zone_id": zone.zone_id, "ttl": 300, **arguments}
    options = pulumi.ResourceOptions(import_=said.pop("import", None))
    if "content_of" in said:
        said["content"] = made[said.pop("content_of")].id.apply(lambda known: f'"{known}"')
    if "secret" in said:
        said["content"] = pulumi.Output.secret(said.pop("secret"))
    made[name] = cloudflare.DnsRecord(name, opts=options, **said)
    for key in ("content", "created_on", "id", "name", "proxied", "tags"):
        pulumi.export(f"{name}.{key}", getattr(made[name], key))
for name, arguments in wanted.get("lists", {}).items():
    found = cloudflare.get_dns_records(zone_id=zone.zone_id, **arguments)
    shown = [[one.id, one.name, one.type, one.content, one.priority] for one in found.results]
    pulumi.export(name, shown)
if "lists" in wanted:
    pulumi.export("zone", [zone.zone_id, zone.name, zone.status, zone.name_servers])
    pulumi.export("zones", [one.name for one in cloudflare.get_zones().results])
if "zone" in wanted:
    cloudflare.get_zone(filter=cloudflare.GetZoneFilterArgs(match="all", name=wanted["zone"]))
