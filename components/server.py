"""The server that a stack's domains are on: brought up by this stack, or by another one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi

from components import host_stack
from components.certificate import Certificate, CertificateArgs
from components.configuration import Stack
from components.dns import Zone
from components.graph import after
from components.host import Host, HostArgs
from components.mail_server import MailServer, MailServerArgs
from components.mail_service import MailService, MailServiceArgs, MailShutdown
from components.records import HostRecords, HostRecordsArgs
from components.settings import Acme
from mail import ports


@dataclass(frozen=True, kw_only=True)
class Server:
    """What a domain needs of its server.

    Attributes:
        start: how the server is made to run with a domain's files.
        installed: what those files come after.
        running: what the domain's own start comes after.
        service: the running service, where it is this stack's own.
    """

    start: MailServiceArgs
    installed: pulumi.Resource | None
    running: pulumi.Resource | None
    service: MailService | None = None

    def shut_down_after(self, domains: Sequence[pulumi.Resource]) -> None:
        """On destroy, stop the server before ``domains`` go; another stack's goes on running."""
        if self.service is not None:
            MailShutdown("shutdown", self.start, after(self.service, *domains))


def serve(stack: Stack, zones: Mapping[str, Zone]) -> Server:
    """Declare the server of ``stack``, or refer to the stack that has it."""
    settings = stack.settings
    if settings.host is not None and settings.acme is not None:
        return _own(stack, settings.acme, zones)
    other = host_stack.refer(settings.host_stack or "", stack.host)
    start = MailServiceArgs(host_name=stack.host.name, reach=stack.reach)
    return Server(start=start, installed=other, running=other)


def _own(stack: Stack, acme: Acme, zones: Mapping[str, Zone]) -> Server:
    host, reach = stack.host, stack.reach
    base = Host("host", HostArgs(settings=host, reach=reach, ports=ports.SERVED))
    zone = zones[stack.settings.host_zone(host)]
    names = HostRecords("names", HostRecordsArgs(settings=host, zone=zone), after(base))
    certificate = Certificate(
        "certificate", CertificateArgs(host=host, acme=acme, reach=reach), after(names)
    )
    args = MailServerArgs(
        host_name=host.name, postmaster=acme.email, settings=stack.settings.server, reach=reach
    )
    mail = MailServer("mail", args, after(base))
    start = MailServiceArgs(host_name=host.name, reach=reach)
    service = MailService("service", start, mail.revisions, after(certificate, mail))
    return Server(start=start, installed=mail, running=service.running, service=service)
