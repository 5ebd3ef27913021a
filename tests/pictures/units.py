"""What the program declares, gathered into the few things that a person can take in at once."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from tests.components.example import declare, stack
from tests.components.recorder import Declared, Record

GROUPS = {"server": "Server", "mail": "Mail", "dns": "DNS", "keys": "Keys and accounts"}
# On destroy alone: it stops the server before anything is removed.
LEFT_OUT = "MailShutdown"


@dataclass(frozen=True, kw_only=True)
class Unit:
    """Resources that a reader of the picture thinks of as one.

    Attributes:
        title: what they are.
        about: what becomes of them, in few words.
        group: one of ``GROUPS``.
        component: the class whose children they are.
        column: where the picture has room for it: 0, 1 or 2.
        kinds: their own classes; empty if all of the component's are meant.
        named: what their names or paths hold, as a regular expression.
    """

    title: str
    about: str
    group: str
    component: str
    column: int
    kinds: tuple[str, ...] = ()
    named: str = ""

    def holds(self, one: Declared) -> bool:
        """Return whether a resource is one of its own."""
        component, kind = one.parent.split("::")[-2].split(":")[-1], _kind(one)
        text = f"{one.name} {one.inputs.get('path', '')}".strip()
        return (
            component == self.component
            and (not self.kinds or kind in self.kinds)
            and bool(re.search(self.named, text))
        )


def _kind(one: Declared) -> str:
    return re.split("[:/]", one.type)[-1]


UNITS = (
    Unit(title="Basics", about="packages, clock, IPv6", group="server", component="Host",
         named=r"^(?!.*firewall)", column=1),
    Unit(title="Firewall", about="in and out", group="server", component="Host",
         named="firewall", column=1),
    Unit(title="Server's name", about="A, AAAA, SPF", group="dns", component="HostRecords",
         column=0),
    Unit(title="Certificate", about="from Let's Encrypt", group="server",
         component="Certificate", column=0),
    Unit(title="chasquid", about="the mail server", group="mail", component="MailServer",
         column=1),
    Unit(title="Gate and door", about="who sends what", group="mail", component="MailGate",
         column=1),
    Unit(title="First start", about="no domain yet", group="mail", component="MailService",
         named="settings$", column=1),
    Unit(title="DKIM keys", about="RSA, Ed25519", group="keys", component="DkimKeys",
         kinds=("DkimKey",), column=2),
    Unit(title="DKIM records", about="at all name servers", group="dns", component="DkimKeys",
         kinds=("DnsRecord", "DnsPropagation"), column=2),
    Unit(title="Accounts", about="and passwords", group="keys", component="MailDomain",
         kinds=("Account",), column=2),
    Unit(title="The domain", about="users, aliases", group="mail", component="MailDomain",
         kinds=("HostFile", "HostStep"), named="^(?!.*dkim:)", column=2),
    Unit(title="Signing keys", about="put on the server", group="mail", component="MailDomain",
         named="DKIM keys", column=2),
    Unit(title="Start", about="signs and sends", group="mail", component="MailService",
         named="domains$", column=1),
    Unit(title="Mail records", about="MX, SPF, DMARC", group="dns", component="DomainRecords",
         column=1),
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Graph:
    """The units of one stack, and what waits for what.

    Attributes:
        counted: of each unit, how many resources it has.
        waits: of each unit, those that it waits for directly.
        resources: how many the program declares, components left out.
    """

    counted: Counter[Unit]
    waits: dict[Unit, set[Unit]]
    resources: int

    def row(self, unit: Unit) -> int:
        """Return how many units there are above one, on the longest way to it."""
        return max((self.row(one) + 1 for one in self.waits[unit]), default=0)


def one_domain() -> Graph:
    """Return the graph of a first run: a server, a domain, an account.

    Raises:
        ValueError: a resource belongs to no unit, or to several.
    """
    domain = {"name": "example.com", "accounts": ["post"], "aliases": {"*": "me@example.net"}}
    record = declare(stack(domains=[domain]))
    resources = (one for one in record.resources if not one.type.startswith("tapal:"))
    declared = [one for one in resources if f":{LEFT_OUT}::" not in one.parent]
    of = {one.urn: _unit(one) for one in declared}
    counted = Counter(of.values())
    waits: dict[Unit, set[Unit]] = {unit: set() for unit in UNITS}
    for one in declared:
        waits[of[one.urn]] |= {of[urn] for urn in _awaited(record, one) if urn in of}
    for unit, others in waits.items():
        others.discard(unit)
    return Graph(counted=counted, waits=_direct(waits), resources=len(declared))


def _unit(one: Declared) -> Unit:
    found = [unit for unit in UNITS if unit.holds(one)]
    if len(found) != 1:
        raise ValueError(f"{one.name} belongs to {[unit.title for unit in found]}: see UNITS")
    return found[0]


def _awaited(record: Record, one: Declared) -> Iterator[str]:
    """Yield what a resource waits for, itself or as a part of a component."""
    by_urn = {each.urn: each for each in record.resources}
    while True:
        yield from one.dependencies
        if one.parent not in by_urn:
            return
        one = by_urn[one.parent]


def _direct(waits: dict[Unit, set[Unit]]) -> dict[Unit, set[Unit]]:
    """Leave out what follows: who waits for B, which waits for A, waits for A too."""

    def all_before(unit: Unit) -> set[Unit]:
        return waits[unit].union(*(all_before(one) for one in waits[unit]))

    return {
        unit: {one for one in others if not any(one in all_before(two) for two in others)}
        for unit, others in waits.items()
    }
