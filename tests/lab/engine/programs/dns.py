"""Makes the DNS records that records.json describes, with the provider's own property names.

Without the SDK, as in the real program: importing it takes longer than all the rest.
"""

import json
from importlib.metadata import version
from pathlib import Path

import pulumi

VERSION = version("pulumi-cloudflare")


class Record(pulumi.CustomResource):
    """One record; of its outputs, those that tests look at."""

    content: pulumi.Output[str]


wanted = json.loads(Path("records.json").read_text())
options = pulumi.InvokeOptions(version=VERSION)
query = {"filter": {"name": wanted.get("zone", "tapal.test")}}
zone = pulumi.runtime.invoke("cloudflare:index/getZone:getZone", query, options).value
made: dict[str, Record] = {}
for name, arguments in wanted["records"].items():
    said = {"zoneId": zone["zoneId"], "ttl": 300, **arguments}
    opts = pulumi.ResourceOptions(version=VERSION, import_=said.pop("import", None))
    if "contentOf" in said:
        said["content"] = made[said.pop("contentOf")].id.apply(lambda known: f'"{known}"')
    if "secret" in said:
        said["content"] = pulumi.Output.secret(said.pop("secret"))
    made[name] = Record(
        "cloudflare:index/dnsRecord:DnsRecord", name, {**said, "content": said.get("content")}, opts
    )
    pulumi.export(f"{name}.id", made[name].id)
    pulumi.export(f"{name}.content", made[name].content)
