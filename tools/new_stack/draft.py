"""What is known of a new stack so far: answers, secrets, and what was found out."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from ipaddress import ip_address

from settings.ssh_target import SshTarget
from tools.new_stack.present_dns import PresentDns
from tools.new_stack.question import one
from tools.new_stack.server import Server

Given = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A stack that is being described.

    Attributes:
        answers: by the questions' names.
        token: Cloudflare's; empty if not known yet.
        dns: what the DNS says of the domain; None if it was not asked.
        server: what was found on the server; None if it was not looked at.
        key_file: the SSH key's file that a person named; empty for the usual ones.
    """

    answers: Given
    token: str = field(default="", repr=False)
    dns: PresentDns | None = None
    server: Server | None = None
    key_file: str = ""

    def one(self, name: str) -> str:
        """Return the only answer to ``name``, empty if there is none."""
        return one(self.answers, name)

    def has(self, name: str) -> bool:
        """Return whether ``name`` was answered, even by nothing."""
        return name in self.answers

    def answered(self, **more: tuple[str, ...]) -> "Draft":
        """Return the draft with more answers, which replace earlier ones."""
        return replace(self, answers={**self.answers, **more})

    def unless_answered(self, **more: tuple[str, ...]) -> "Draft":
        """Return the draft with those of ``more`` that nobody has answered."""
        return replace(self, answers={**more, **self.answers})

    @property
    def has_own_host(self) -> bool:
        """Return whether the stack has a server of its own."""
        return not self.one("host_stack")

    def target(self) -> SshTarget:
        """Return where the server is, once its address and key are known."""
        return SshTarget(
            address=str(ip_address(self.one("ipv4"))),
            port=int(self.one("ssh_port") or 22),
            user=self.one("ssh_user") or "root",
            host_key=" ".join(self.one("host_key").split()[:2]),
        )
