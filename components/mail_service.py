"""Starts chasquid, and restarts it when something changed that it reads only at start."""

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
        revisions: of every file that is read only at start; a change restarts the server.
        reach: how to log in.
    """

    host_name: str
    revisions: Sequence[pulumi.Input[str]]
    reach: Reach


class MailService(Component):
    """The running server; what needs it to answer comes after it.

    Attributes:
        running: the step that started it and saw it answer.
    """

    def __init__(
        self, name: str, args: MailServiceArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("tapal:mail:MailService", name, None, opts)
        stop = Step(
            f"{name}-stop", "chasquid-stop", reach=args.reach, undo=True, opts=self.child()
        ).resource
        served = " ".join(str(port) for port in ports.SERVED)
        self.running: pulumi.Resource = Step(
            f"{name}-start",
            "chasquid-start",
            reach=args.reach,
            stdin=f"name={args.host_name}\nports={served}\n",
            triggers=args.revisions,
            opts=self.child(stop),
        ).resource
        self.register_outputs({})
