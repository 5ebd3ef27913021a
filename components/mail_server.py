"""chasquid on the host: pinned version, configuration, hardened unit."""

from dataclasses import dataclass

import pulumi

from components.graph import Component
from components.host_file import HostFile
from components.reach import Reach
from components.remote import Step
from components.settings import Server
from components.templates import render
from mail import chasquid, unit

PREFERENCES = "/etc/apt/preferences.d/tapal"


@dataclass(frozen=True, kw_only=True)
class MailServerArgs:
    """What the server is made from.

    Attributes:
        host_name: HELO name; also a local domain of its own, for its postmaster.
        postmaster: who gets the postmaster's mail (RFC 5321 §4.5.1).
        settings: the stack's ``tapal:server``.
        reach: how to log in.
    """

    host_name: str
    postmaster: str
    settings: Server
    reach: Reach


class MailServer(Component):
    """chasquid, installed and configured; `MailService` starts it once it has something to serve.

    Attributes:
        installed: the step that installed it; files owned by its group come after it.
        revisions: of the files that it reads only at start.
    """

    def __init__(
        self, name: str, args: MailServerArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("tapal:mail:MailServer", name, None, opts)
        self._label = name
        self._args = args
        self.installed = self._install()
        conf = self._conf()
        hardening = HostFile(
            f"{name}-hardening",
            path=unit.drop_in_path(),
            content=unit.drop_in(),
            opts=self.child(self.installed),
        )
        self._own_domain(conf)
        self.revisions = [conf.revision, hardening.revision]
        self.register_outputs({"hostName": args.host_name})

    def _install(self) -> pulumi.Resource:
        pin = HostFile(
            f"{self._label}-apt-pin",
            path=PREFERENCES,
            content=render("apt-preferences", package="chasquid", suite="testing"),
            opts=self.child(),
        )
        stdin = (
            f"minimum={chasquid.MINIMUM_VERSION}\n"
            f"mirror={self._args.settings.debian_mirror or ''}\n"
        )
        return Step(
            f"{self._label}-install",
            "chasquid-install",
            reach=self._args.reach,
            stdin=stdin,
            undo=True,
            opts=self.child(pin),
        ).resource

    def _conf(self) -> HostFile:
        server = self._args.settings
        config = chasquid.Config(
            hostname=self._args.host_name,
            max_data_size_mb=server.max_data_size_mb,
            max_queue_items=server.max_queue_items,
            give_up_send_after=server.give_up_send_after,
        )
        return HostFile(
            f"{self._label}-conf",
            path=chasquid.config_path(),
            content=chasquid.conf(config),
            opts=self.child(self.installed),
        )

    def _own_domain(self, conf: HostFile) -> None:
        name = self._args.host_name
        folder = Step(
            f"{self._label}-own-domain-{name}",  # another name's is another one
            "chasquid-domain",
            reach=self._args.reach,
            stdin=f"domain={name}\nstack={pulumi.get_stack()}\nserver={name}\n",
            undo=True,
            opts=self.child(conf, was=f"{self._label}-own-domain"),  # which says whose server it is
        ).resource
        HostFile(
            # Not replaced but another one too: what a run replaces goes in no order with what it
            # removes, and the folder can only go when this is out of it.
            f"{self._label}-own-aliases-{name}",
            path=chasquid.aliases_path(name),
            content=chasquid.aliases({"postmaster": [self._args.postmaster]}),
            opts=self.child(folder, was=f"{self._label}-own-aliases"),
        )
