"""A domain's records alone, as the real program declares them; stack.json has the settings."""

import json
from pathlib import Path

import pulumi

from components.dns.domain_records import DomainRecords
from components.load import Stack
from components.preflight import dns_checks, preflight
from settings.settings import Host, Settings
from settings.ssh_target import SshTarget

# A DNS in which every name has an address, instead of this machine's.
dns_checks.resolver = lambda: lambda _name, kind: ["203.0.113.9"] if kind == "A" else []

data = json.loads(Path("stack.json").read_text())
host = Host.model_validate(data["host"])
settings = Settings.model_validate({"hostStack": "another", "domains": data["domains"]})
target = SshTarget(address=host.ipv4, host_key=host.ssh.host_key)
stack = Stack(settings=settings, host=host, ssh_target=target, passwords=lambda _: None)
plan = preflight.look(stack)
for domain in plan.domains:
    DomainRecords(f"dns: {domain.settings.name}", domain)
pulumi.export("zones", [domain.zone.name for domain in plan.domains])
