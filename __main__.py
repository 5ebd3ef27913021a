"""tapal: from a blank VPS to a verified mail. The plan, then the graph, then its outputs."""

import pulumi

from components import interruption, load, sdk_traces  # noqa: F401 - act by being imported
from components.chasquid.chasquid_service import ChasquidService
from components.chasquid.mail_domain import MailDomain, MailDomainArgs
from components.chasquid.mail_server import MailServer, MailServerArgs
from components.chasquid.mail_service import MailService, MailServiceArgs, MailShutdown
from components.component import after
from components.dns.dkim_keys import DkimKeys
from components.dns.domain_records import DomainRecords
from components.dns.host_records import HostRecords
from components.gate.gate import MailGate, MailGateArgs
from components.host import host_stack
from components.host.certificate import Certificate, CertificateArgs
from components.host.host import Host, HostArgs
from components.preflight import preflight

stack = load.load(pulumi.Config())
plan = preflight.look(stack)
chasquid = ChasquidService(host_name=stack.host.name)
installed: pulumi.Resource | None
running: pulumi.Resource | None
if own := plan.host:
    host = Host("server", HostArgs(plan=own, ssh_port=stack.ssh_target.port))
    names = HostRecords("dns: server", own, after(host))
    certificate = Certificate("certificate", CertificateArgs(plan=own), after(names))
    installed = MailServer("chasquid", MailServerArgs(plan=own, chasquid=chasquid), after(host))
    gate = MailGate("gate", MailGateArgs(plan=own), after(installed))
    service_args = MailServiceArgs(chasquid=chasquid, revisions=installed.revisions)
    running = MailService("service", service_args, after(certificate, gate))
else:  # another stack has brought up the server
    installed = running = host_stack.refer(stack)

domains = []
for domain in plan.domains:
    keys = DkimKeys(f"keys: {domain.name}", domain)
    domain_args = MailDomainArgs(plan=domain, keys=keys, stack=stack, chasquid=chasquid)
    domains.append(MailDomain(f"mail: {domain.name}", domain_args, after(installed)))
service_args = MailServiceArgs.of_domains(chasquid, domains, watched=not own)
served = MailService("service: domains", service_args, after(running, *domains))
records = [DomainRecords(f"dns: {one.name}", one, after(served)) for one in plan.domains]
if own:
    MailShutdown("shutdown", after(running, served, *records))

passwords = {address: one for domain in domains for address, one in domain.passwords.items()}
pulumi.export("host", host_stack.describe(stack.host))
pulumi.export("domains", [domain.name for domain in plan.domains])
pulumi.export("passwords", pulumi.Output.secret(passwords))
