"""tapal: from a blank VPS to a verified mail. Settings, then the graph, then its outputs."""

import pulumi

from components import configuration
from components.certificate import Certificate, CertificateArgs
from components.dkim_keys import DkimKeys, DkimKeysArgs
from components.dns import Zones
from components.graph import after
from components.host import Host, HostArgs
from components.mail_domain import MailDomain, MailDomainArgs
from components.mail_server import MailServer, MailServerArgs
from components.mail_service import MailService, MailServiceArgs, MailShutdown
from components.records import DomainRecords, DomainRecordsArgs, HostRecords, HostRecordsArgs
from mail import ports

settings, reach, passwords = configuration.load(pulumi.Config())
zones = Zones()
host, protect = settings.host, "dkim-keys" not in settings.allow

server = Host("host", HostArgs(settings=host, reach=reach, ports=ports.SERVED))
host_zone = zones.zone(settings.host_zone)
names = HostRecords("names", HostRecordsArgs(settings=host, zone=host_zone), after(server))
certificate = Certificate(
    "certificate", CertificateArgs(host=host, acme=settings.acme, reach=reach), after(names)
)
mail_server = MailServer("mail", MailServerArgs.of(settings, reach), after(server))
start = MailServiceArgs(host_name=host.name, reach=reach)
service = MailService("service", start, mail_server.revisions, after(certificate, mail_server))

domains = []
for domain in settings.domains:
    zone = zones.zone(domain.dns_zone)
    args = DkimKeysArgs(domain=domain.name, zone=zone, keys=domain.dkim, protect=protect)
    signing = DkimKeys(f"{domain.name}-dkim", args).signing
    domain_args = MailDomainArgs(
        settings=domain, keys=signing, passwords=passwords, service=start, running=service.running
    )
    domains.append(MailDomain(domain.name, domain_args, after(mail_server)))
    records = DomainRecordsArgs(settings=domain, zone=zone, host=host)
    DomainRecords(f"{domain.name}-records", records, after(domains[-1]))
MailShutdown("shutdown", start, after(service, *domains))

pulumi.export("host", host.name)
pulumi.export("domains", [domain.name for domain in settings.domains])
pulumi.export(
    "passwords", pulumi.Output.secret({k: v for d in domains for k, v in d.passwords.items()})
)
