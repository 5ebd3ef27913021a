"""The running mail server: started once it is configured, stopped before its files go."""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi

from components.chasquid.chasquid_service import ChasquidService
from components.chasquid.mail_domain import MailDomain
from components.component import Component
from components.host.step import step


@dataclass(frozen=True, kw_only=True)
class MailServiceArgs:
    """What a running server needs.

    Attributes:
        chasquid: where it runs.
        revisions: of the files that it reads only at start.
        what: what it is started with, in words.
        watched: whether it is looked at: whoever comes first in a stack sees that it runs.
    """

    chasquid: ChasquidService
    revisions: Sequence[pulumi.Input[str]]
    what: str = "its settings"
    watched: bool = True

    @classmethod
    def of_domains(
        cls, chasquid: ChasquidService, domains: Sequence[MailDomain], *, watched: bool
    ) -> "MailServiceArgs":
        """Return what is needed to run with the files of all ``domains``: one restart for all."""
        revisions = [revision for domain in domains for revision in domain.revisions]
        return cls(chasquid=chasquid, revisions=revisions, what="the domains", watched=watched)


class MailService(Component):
    """The server, run with what was written so far: the host's own settings, or all domains'."""

    def __init__(
        self, name: str, args: MailServiceArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("tapal:chasquid:MailService", name, None, opts)
        facts = args.chasquid.facts() if args.watched else None
        args.chasquid.ensure_running(args.what, args.revisions, self.child(), facts)
        self.register_outputs({})


class MailShutdown(Component):
    """On destroy, stops the server before its records go, and the files that it reads.

    It refuses while other stacks' domains are served here. So it comes first: a destroy that is
    refused has changed nothing.
    """

    def __init__(self, name: str, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("tapal:chasquid:MailShutdown", name, None, opts)
        step(
            "chasquid: stop on destroy",
            "chasquid-stop",
            does="before anything is destroyed, stop chasquid",
            data=f"stack={pulumi.get_stack()}\n",
            actions=("delete",),
            opts=self.child(),
        )
        self.register_outputs({})
