"""Starts chasquid, restarts it for what it reads only at start, stops it before its files go."""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi

from components.graph import Component
from components.reach import Reach
from components.remote import Step
from mail import ports


@dataclass(frozen=True, kw_only=True)
class MailServiceArgs:
    """What a running server needs.

    Attributes:
        host_name: the name on the certificate.
        reach: how to log in.
    """

    host_name: str
    reach: Reach

    def claim(self, domain: str) -> str:
        """Return the data by which a domain's folder is made: whose it is, and on which server."""
        return f"domain={domain}\nstack={pulumi.get_stack()}\nserver={self.host_name}\n"

    def start(
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
            reach=self.reach,
            stdin=f"name={self.host_name}\nports={served}\n",
            triggers=revisions,
            opts=opts,
        ).resource


class MailService(Component):
    """The running server, with the host's own settings; each domain then has it run with its own.

    Attributes:
        running: the step that started it and saw it answer.
    """

    def __init__(
        self,
        name: str,
        args: MailServiceArgs,
        revisions: Sequence[pulumi.Input[str]],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("tapal:mail:MailService", name, None, opts)
        self.running = args.start(f"{name}-start", revisions, self.child())
        self.register_outputs({})


class MailShutdown(Component):
    """On destroy, stops the server before the files go that it reads."""

    def __init__(
        self, name: str, args: MailServiceArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("tapal:mail:MailShutdown", name, None, opts)
        Step(
            f"{name}-stop",
            "chasquid-stop",
            reach=args.reach,
            stdin=f"stack={pulumi.get_stack()}\n",
            undo=True,
            opts=self.child(),
        )
        self.register_outputs({})
