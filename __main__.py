"""tapal: from a blank VPS to a verified mail. Settings, then the graph, then its outputs."""

import pulumi

from components import configuration, host_stack, server, survey
from components.dkim_keys import DkimKeys, DkimKeysArgs
from components.graph import after
from components.mail_domain import MailDomain, MailDomainArgs
from components.records import DomainRecords, DomainRecordsArgs

stack = configuration.load(pulumi.Config())
zones = survey.look(stack)
allow = stack.settings.allow

mail = server.serve(stack, zones)
domains = []
for domain in stack.settings.domains:
    zone = zones[domain.dns_zone]
    args = DkimKeysArgs(
        domain=domain.name, zone=zone, keys=domain.dkim, allowed="dkim-keys" in allow
    )
    signing = DkimKeys(f"{domain.name}-dkim", args).signing
    domain_args = MailDomainArgs(
        settings=domain, keys=signing, passwords=stack.passwords, server=mail
    )
    domains.append(MailDomain(domain.name, domain_args, after(mail.installed)))
    records = DomainRecordsArgs(settings=domain, zone=zone, host=stack.host)
    DomainRecords(f"{domain.name}-records", records, after(domains[-1]))
mail.shut_down_after(domains)

pulumi.export("host", host_stack.describe(stack.host))
pulumi.export("domains", [domain.name for domain in stack.settings.domains])
pulumi.export(
    "passwords", pulumi.Output.secret({k: v for d in domains for k, v in d.passwords.items()})
)
