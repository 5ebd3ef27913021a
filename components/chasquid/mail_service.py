"""The running mail server: started once it is configured, stopped before its files go."""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi

from components.chasquid.chasquid_service import ChasquidService
from components.component import Component
from components.host.step import Step


@dataclass(frozen=True, kw_only=True)
class MailServiceArgs:
    """What a running server needs.

    Attributes:
        chasquid: where it runs.
        revisions: of the files that it reads only at start.
    """

    chasquid: ChasquidService
    revisions: Sequence[pulumi.Input[str]]


class MailService(Component):
    """The server, run with the host's own settings; each domain then has it run with its own."""

    def __init__(
        self, name: str, args: MailServiceArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("tapal:chasquid:MailService", name, None, opts)
        args.chasquid.ensure_running(f"{name}-start", args.revisions, self.child())
        self.register_outputs({})


class MailShutdown(Component):
    """On destroy, stops the server before the files go that it reads."""

    def __init__(
        self, name: str, args: ChasquidService, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("tapal:chasquid:MailShutdown", name, None, opts)
        Step(
            f"{name}-stop",
            "chasquid-stop",
            ssh_target=args.ssh_target,
            stdin=f"stack={pulumi.get_stack()}\n",
            undo=True,
            opts=self.child(),
        )
        self.register_outputs({})
