"""The records of the host's own name."""

import pulumi

from components.component import Component
from components.dns.declare import declare_record
from components.plan import HostPlan
from components.resources.dns_propagation import DnsPropagation

WHAT = {"helo-spf": "SPF"}


class HostRecords(Component):
    """A and AAAA of the host's name, the SPF of its HELO, and the SPF that domains include.

    Attributes:
        served: the wait until the addresses are served; a CA may be asked after it.
    """

    def __init__(
        self, name: str, args: HostPlan, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("tapal:dns:HostRecords", name, None, opts)
        host, listing = args.settings, args.zone.listing
        records = {
            what: declare_record(
                args.zone,
                f"dns: {WHAT.get(what, what.upper())} of {planned.wanted.name}",
                planned,
                self.child(),
            )
            for what, plan in args.records.items()
            for planned in plan.records
        }
        addresses = {"A": [host.ipv4], "AAAA": [host.ipv6.address] if host.ipv6 else []}
        # Without an address of a kind of ours there must be none: a CA would go there first.
        self.served = [
            DnsPropagation(
                f"served: {kind} of {host.name}",
                kind=kind,
                values={host.name: values},
                # What the stack gives up goes at the end of the run.
                leaving=not values and any(map(listing.is_ours, listing.at(host.name, kind))),
                opts=self.child(records.get(kind.lower())),
            )
            for kind, values in addresses.items()
        ]
        self.register_outputs({"name": host.name})
