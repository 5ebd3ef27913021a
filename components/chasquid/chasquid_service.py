"""chasquid as a service on the host: which domains it takes up, and how it is made to run."""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi

from components.host.step import Step
from mail import ports
from settings.ssh_target import SshTarget


@dataclass(frozen=True, kw_only=True)
class ChasquidService:
    """chasquid on one host.

    Attributes:
        host_name: the host's name, which is on its certificate.
        ssh_target: how to log in.
    """

    host_name: str
    ssh_target: SshTarget

    def claim(self, domain: str) -> str:
        """Return the data by which a domain's folder is made: whose it is, and on which server."""
        return f"domain={domain}\nstack={pulumi.get_stack()}\nserver={self.host_name}\n"

    def ensure_running(
        self,
        name: str,
        revisions: Sequence[pulumi.Input[str]],
        opts: pulumi.ResourceOptions,
    ) -> pulumi.Resource:
        """Declare a step that has the server run with ``revisions`` of its files, and answer."""
        served = " ".join(str(port) for port in ports.SERVED)
        return Step(
            name,
            "chasquid-start",
            ssh_target=self.ssh_target,
            stdin=f"name={self.host_name}\nports={served}\n",
            triggers=revisions,
            opts=opts,
        ).resource
