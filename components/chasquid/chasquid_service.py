"""chasquid as a service on the host: which domains it takes up, and how it is made to run."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi

from components.host.step import step
from components.resources.host_step import HostStep
from facts import fact
from mail import ports
from mail.chasquid import files as chasquid_files

SOCKETS = tuple(f"chasquid-{name}.socket" for name in ("smtp", "submission", "submission_tls"))


@dataclass(frozen=True, kw_only=True)
class ChasquidService:
    """chasquid on one host.

    Attributes:
        host_name: the host's name, which is on its certificate.
    """

    host_name: str

    def domain_folder(self, domain: str, opts: pulumi.ResourceOptions) -> HostStep:
        """Declare a domain's folder: whose it is, and on which server."""
        stack = pulumi.get_stack()
        return step(
            f"mail: folder of {domain}",
            "chasquid-domain",
            does=f"take {domain} as a domain of this server",
            data=f"domain={domain}\nstack={stack}\nserver={self.host_name}\n",
            facts={f"domain's folder: {domain}": f"there, for the stack {stack}"},
            actions=("apply", "delete"),
            opts=opts,
        )

    def facts(self) -> Mapping[str, str]:
        """Return what a host is on which it runs as it should."""
        units = (chasquid_files.SERVICE, *SOCKETS)
        return {
            **dict.fromkeys(units, fact.ENABLED),
            **{f"port: {port}": fact.CHASQUID for port in ports.SERVED},
            "chasquid reads": "what lies on disk",
            f"certificate in use: {self.host_name}": "as it was issued",
        }

    def ensure_running(
        self,
        what: str,
        revisions: Sequence[pulumi.Input[str]],
        opts: pulumi.ResourceOptions,
        facts: Mapping[str, str] | None = None,
    ) -> HostStep:
        """Declare a step that has the server run with ``revisions`` of its files, and answer.

        Args:
            what: what files these are, in words.
            revisions: of each of them.
            opts: Pulumi's options.
            facts: what the host is to be by it.
        """
        served = " ".join(str(port) for port in ports.SERVED)
        return step(
            f"chasquid: start with {what}",
            "chasquid-start",
            does=f"start chasquid with {what}",
            data=f"name={self.host_name}\nports={served}\n",
            facts=facts,
            after=revisions,
            opts=opts,
        )
