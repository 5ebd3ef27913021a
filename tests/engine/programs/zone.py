"""A domain's records alone, as the real program declares them; stack.json has the settings."""

import json
from pathlib import Path

import pulumi

from components import live, survey
from components.configuration import Stack
from components.reach import Reach
from components.records import DomainRecords, DomainRecordsArgs
from components.settings import Host, Settings

# A DNS in which every name has an address, instead of this machine's.
live.resolver = lambda: lambda _name, kind: ["203.0.113.9"] if kind == "A" else []

data = json.loads(Path("stack.json").read_text())
host = Host.model_validate(data["host"])
settings = Settings.model_validate({"hostStack": "another", "domains": data["domains"]})
reach = Reach(address=host.ipv4, host_key=host.ssh.host_key)
stack = Stack(settings=settings, host=host, reach=reach, passwords=lambda _: None)
zones = survey.look(stack)
for domain in settings.domains:
    args = DomainRecordsArgs(settings=domain, zone=zones[domain.dns_zone], host=host)
    DomainRecords(f"{domain.name}-records", args)
pulumi.export("zones", [domain.dns_zone for domain in settings.domains])
