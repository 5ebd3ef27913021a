"""The host's certificate: issued by ACME on the host, renewed there, and what uses it restarted."""

from dataclasses import dataclass

import pulumi

from components.component import Component
from components.host.step import step
from components.plan import HostPlan
from components.resources.host_file import HostFile
from facts import fact
from mail.template import render

CA_BUNDLE = "/etc/tapal/acme-ca.pem"
DEPLOY_HOOK = "/etc/letsencrypt/renewal-hooks/deploy/tapal"
CERTBOT_DROP_IN = "/etc/systemd/system/certbot.service.d/tapal.conf"


@dataclass(frozen=True, kw_only=True)
class CertificateArgs:
    """What a certificate is made from: the host with its CA."""

    plan: HostPlan


class Certificate(Component):
    """A certificate for the host's name.

    Attributes:
        issued: the step that got it; its data changes when another certificate is wanted.
        hook: the deploy hook's file.
    """

    def __init__(
        self, name: str, args: CertificateArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("tapal:host:Certificate", name, None, opts)
        host, acme = args.plan.settings, args.plan.acme
        self.hook = HostFile(
            path=DEPLOY_HOOK,
            content=render(
                "components/host/deploy-certificate.j2", host=host.name, reload=acme.reload
            ),
            mode="0755",
            validate="bash -n",
            opts=self.child(),
        )
        bundle = acme.ca_text()
        trust = self._trust(bundle) if bundle else []
        data = (
            f"name={host.name}\nemail={acme.email}\ndirectory={acme.directory}\n"
            f"ca={CA_BUNDLE if bundle else ''}\n"
        )
        self.issued: pulumi.Resource = step(
            # A new name is a new certificate, and the old one goes.
            f"certificate: {host.name}",
            "certificate",
            does=f"get a certificate for {host.name}, and have it renewed",
            data=data,
            facts={
                f"certificate: {host.name}": f"valid, from {acme.directory}",
                "certbot.timer": fact.ENABLED,
                "last run: certbot.service": "no failure",
            },
            actions=("apply", "delete"),
            opts=self.child(self.hook, *trust),
        )
        self.register_outputs({"name": host.name})

    def _trust(self, bundle: str) -> list[HostFile]:
        # Renewals run by certbot's own timer, long after us: the CA must be known there too.
        return [
            HostFile(path=CA_BUNDLE, content=bundle, opts=self.child()),
            HostFile(
                path=CERTBOT_DROP_IN,
                content=render("components/host/certbot-ca.conf.j2", path=CA_BUNDLE),
                opts=self.child(),
            ),
        ]
