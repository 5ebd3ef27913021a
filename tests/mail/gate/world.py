"""The server that the gate's tests stand at: two stacks' domains, and how chasquid hands a mail in.

One stack serves a.example, b.example and münchen.example, news.parent.example, whose parent is not
served, and mail.alone.example, of whose organisation nothing is known; another serves c.example.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from mail import gate_policy
from mail.alias.entry import DomainAddresses
from mail.gate import decision, envelope, headers, store
from mail.gate.policy import Policy
from mail.gate.verdict import Verdict
from mail.gate_policy import GateDomain

HOST = "smtp.a.example"
STACK = (
    GateDomain(
        addresses=DomainAddresses(
            name="a.example",
            accounts=["i", "anna.lee", "robot"],
            aliases={
                "i": ["me@mailbox.example"],
                "press": ["i"],
                "media": ["press"],
                "info": ["anna.lee", "x@elsewhere.example"],
                "i+secret": ["anna.lee"],
                "out": ["i via mx.elsewhere.example"],
                "*": ["anna.lee"],
            },
        ),
        send_as={"robot": ["*@b.example", "noreply@a.example"]},
        limits={"robot": {"perMinute": 200}},
    ),
    GateDomain(
        addresses=DomainAddresses(
            name="b.example", accounts=["i"], aliases={"hello": ["i@a.example"]}
        )
    ),
    GateDomain(
        addresses=DomainAddresses(
            name="münchen.example", accounts=["jürgen"], aliases={"post": ["jürgen"]}
        )
    ),
    GateDomain(
        addresses=DomainAddresses(name="news.parent.example", accounts=["letter"]),
        organisation="parent.example",
    ),
    GateDomain(addresses=DomainAddresses(name="mail.alone.example", accounts=["i"])),
)
OTHER_STACK = (GateDomain(addresses=DomainAddresses(name="c.example", accounts=["i"])),)


@dataclass(frozen=True, kw_only=True)
class Mail:
    """A mail as a client hands it to chasquid.

    Attributes:
        data: All of it, lines ending in LF.
        account: Who logged in.
        sender: MAIL FROM as chasquid tells its hook.
        spf: What chasquid found; None for the null sender.
        dkim: The domains of valid signatures.
        fields: Whether chasquid's own fields are put on top, as they are by chasquid.
    """

    data: bytes
    account: str = ""
    sender: str = "x@evil.example"
    spf: str = "none"
    dkim: Sequence[str] = ()
    fields: bool = True

    @property
    def environment(self) -> Mapping[str, str]:
        """The variables that chasquid 1.19 gives its hook."""
        return {
            "AUTH_AS": self.account,
            "MAIL_FROM": self.sender,
            "RCPT_TO": "i@a.example",
            "REMOTE_ADDR": "192.0.2.9:4711",
            "SPF_PASS": str(int(self.spf == "pass")),
        }

    @property
    def stdin(self) -> bytes:
        """The mail with the fields that chasquid 1.19 puts on top, byte for byte."""
        return (self._top() if self.fields else b"") + self.data

    def _top(self) -> bytes:
        who = "from mx.client.example" + ("" if self.account else " ([192.0.2.9])")
        received = (
            f"Received: {who}\n\tby {HOST} (chasquid) with ESMTPS\n\ttls TLS_AES_128_GCM_SHA256\n"
            f'\t(over SMTP, TLS 1.3, envelope from "{self.sender}")\n'
            "\t; Wed, 25 Nov 2026 10:48:39 +0000\n"
        )
        if self.account:
            domain = self.sender.rpartition("@")[2]
            return (
                f"{received}DKIM-Signature: v=1; a=rsa-sha256; d={domain}; s=r1; b=Zm9v\n"
            ).encode()
        lines = [f"Authentication-Results: {HOST}"]
        spf = "" if self.sender == "<>" else f"Received-SPF: {self.spf} (matched ip)\n"
        lines += [f"\t;spf={self.spf} (matched ip)"] if spf else []
        lines += [f"\t;dkim=pass  header.b=Zm9vYmFyYmF6  header.d={one}" for one in self.dkim]
        lines += [] if self.dkim else ["\t;dkim=none"]
        return ("\r\n".join(lines) + "\n" + spf + received).encode()


@cache
def policy() -> Policy:
    """Return the policy, by way of the files that the deployment writes."""
    with TemporaryDirectory() as name:
        write(Path(name))
        return store.load(Path(name))


def write(folder: Path) -> None:
    """Write the policy's files as the deployment does."""
    (folder / "domains").mkdir()
    (folder / "host.json").write_text(gate_policy.host_text(HOST, "me@mailbox.example"))
    for stack in (STACK, OTHER_STACK):
        for domain, text in gate_policy.domain_texts(stack).items():
            (folder / "domains" / f"{domain}.json").write_text(text)


def decide(mail: Mail) -> Verdict:
    """Return what the gate says of ``mail``."""
    return decision.decide(envelope.read(mail.environment), headers.read(mail.stdin), policy())
