"""Whether the world's services answer, asked over the network as their clients ask."""

import re
import subprocess
from dataclasses import dataclass

from lab import plan
from lab.net import network


@dataclass(frozen=True, kw_only=True)
class Probe:
    """One service: what it is for, and where it listens (as seen from ``namespace``)."""

    what: str
    address: str
    port: int
    namespace: str = plan.NETNS_OPERATOR

    def passes(self) -> bool:
        """Tell whether something listens there."""
        return network.answers(self.namespace, self.address, self.port)


PROBES = (
    Probe(what="name servers (BIND)", address=plan.NS2.ipv4, port=53),
    Probe(what="certificate authority (Pebble)", address=plan.CA.ipv4, port=14000),
    Probe(what="receiver (Postfix)", address=plan.RECEIVER.ipv4, port=25),
    Probe(what="receiver's judge (rspamd)", address="127.0.0.1", port=11332,
          namespace=plan.NETNS_WORLD),
)  # fmt: skip


def resolver_validates() -> bool:
    """Tell whether the resolver finds the receiver's address and says that it is authentic."""
    ask = ["dig", "+tries=1", "+timeout=1", f"@{plan.RESOLVER.ipv4}", plan.RECEIVER.name, "A"]
    argv = network.namespace_argv(plan.NETNS_OPERATOR, ask)
    said = subprocess.run(argv, capture_output=True, text=True, check=False).stdout
    flags = re.search(r"^;; flags: ([a-z ]+);", said, re.MULTILINE)
    return (
        plan.RECEIVER.ipv4 in said and bool(flags) and "ad" in (flags[1] if flags else "").split()
    )
