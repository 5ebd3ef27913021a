"""The host's certificate: issued by ACME on the host, renewed there, and what uses it restarted."""

from dataclasses import dataclass

import pulumi

from components.graph import Component
from components.host_file import HostFile
from components.reach import Reach
from components.remote import Step
from components.settings import Acme
from components.settings import Host as HostSettings
from components.templates import render

CA_BUNDLE = "/etc/tapal/acme-ca.pem"
DEPLOY_HOOK = "/etc/letsencrypt/renewal-hooks/deploy/tapal"
CERTBOT_DROP_IN = "/etc/systemd/system/certbot.service.d/tapal.conf"


@dataclass(frozen=True, kw_only=True)
class CertificateArgs:
    """What a certificate is made from: the host's names, the CA, and how to log in."""

    host: HostSettings
    acme: Acme
    reach: Reach


class Certificate(Component):
    """A certificate for the host's name.

    Attributes:
        issued: the step that got it; its data changes when another certificate is wanted.
        hook: the deploy hook's file.
    """

    def __init__(
        self, name: str, args: CertificateArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("tapal:certificate:Certificate", name, None, opts)
        self.hook = HostFile(
            f"{name}-deploy-hook",
            path=DEPLOY_HOOK,
            content=render("deploy-certificate", reload=args.acme.reload),
            mode="0755",
            validate="bash -n",
            opts=self.child(),
        )
        bundle = args.acme.ca_text()
        trust = self._trust(name, bundle) if bundle else []
        stdin = (
            f"name={args.host.name}\nemail={args.acme.email}\ndirectory={args.acme.directory}\n"
            f"ca={CA_BUNDLE if bundle else ''}\n"
        )
        step = Step(
            f"{name}-issue-{args.host.name}",  # another name's is another one, and this one goes
            "certificate",
            reach=args.reach,
            stdin=stdin,
            undo=True,
            opts=self.child(self.hook, *trust, was=f"{name}-issue"),
        )
        self.issued: pulumi.Resource = step.resource
        self.register_outputs({"name": args.host.name})

    def _trust(self, name: str, bundle: str) -> list[HostFile]:
        # Renewals run by certbot's own timer, long after us: the CA must be known there too.
        return [
            HostFile(f"{name}-acme-ca", path=CA_BUNDLE, content=bundle, opts=self.child()),
            HostFile(
                f"{name}-certbot-ca",
                path=CERTBOT_DROP_IN,
                content=render("certbot-ca.conf", path=CA_BUNDLE),
                opts=self.child(),
            ),
        ]
