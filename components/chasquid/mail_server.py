"""chasquid on the host: pinned version, configuration, hardened unit."""

from dataclasses import dataclass

import pulumi

from components.chasquid.chasquid_service import ChasquidService
from components.component import Component
from components.host.step import step
from components.plan import HostPlan
from components.resources.host_file import HostFile
from facts import fact
from mail.chasquid import files as chasquid_files
from mail.chasquid import hardening


@dataclass(frozen=True, kw_only=True)
class MailServerArgs:
    """What the server is made from.

    Attributes:
        plan: the host; its name is HELO, and a local domain of its own, for its postmaster.
        chasquid: where it runs.
    """

    plan: HostPlan
    chasquid: ChasquidService


class MailServer(Component):
    """chasquid, installed and configured; `MailService` starts it once it has something to serve.

    Attributes:
        installed: the step that installed it; files owned by its group come after it.
        revisions: of the files that it reads only at start.
    """

    def __init__(
        self, name: str, args: MailServerArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("tapal:chasquid:MailServer", name, None, opts)
        self._args = args
        self.installed = self._install()
        conf = self._conf()
        drop_in = HostFile(
            path=hardening.drop_in_path(),
            content=hardening.drop_in(),
            opts=self.child(self.installed),
        )
        self._own_domain(conf)
        self.revisions = [conf.revision, drop_in.revision]
        self.register_outputs({"hostName": args.chasquid.host_name})

    def _install(self) -> pulumi.Resource:
        minimum = chasquid_files.MINIMUM_VERSION
        return step(
            "chasquid: install",
            "chasquid-install",
            does=f"install chasquid {minimum} or later from Debian testing",
            data=f"minimum={minimum}\nmirror={self._args.plan.server.debian_mirror or ''}\n",
            facts={
                "package: chasquid": f"{minimum}{fact.OR_LATER}",
                "chasquid's source": "there",
            },
            actions=("apply", "delete"),
            opts=self.child(),
        )

    def _conf(self) -> HostFile:
        server = self._args.plan.server
        config = chasquid_files.Config(
            hostname=self._args.chasquid.host_name,
            max_data_size_mb=server.max_data_size_mb,
            max_queue_items=server.max_queue_items,
            give_up_send_after=server.give_up_send_after,
        )
        return HostFile(
            path=chasquid_files.config_path(),
            content=chasquid_files.conf(config),
            opts=self.child(self.installed),
        )

    def _own_domain(self, conf: HostFile) -> None:
        # Its postmaster's mail goes to whom the CA writes to (RFC 5321 §4.5.1).
        name = self._args.chasquid.host_name
        folder = self._args.chasquid.domain_folder(
            name,
            self.child(conf),  # which says whose server it is
        )
        HostFile(
            path=chasquid_files.aliases_path(name),
            content=chasquid_files.aliases({"postmaster": [self._args.plan.acme.email]}),
            opts=self.child(folder),
        )
