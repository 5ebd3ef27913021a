"""A domain's DKIM keys and their records, and the wait until those are served.

The records come before the keys go to the host: no mail is ever signed with a key that a
receiver cannot look up.
"""

from dataclasses import dataclass

import pulumi

from components.component import Component
from components.dns.cloudflare_plugin import DnsRecord
from components.dns.declare import declare_record
from components.plan import DomainPlan, KeyPlan
from components.resources.dkim_key import DkimKey
from components.resources.dns_propagation import DnsPropagation


@dataclass(frozen=True, kw_only=True)
class SigningKey:
    """A key that may sign: its selector and its PEM (a secret)."""

    selector: str
    private_pem: pulumi.Output[str]


class DkimKeys(Component):
    """A domain's keys, published.

    Attributes:
        signing: the active ones, in the order given.
        served: the wait for the records of these; None if there are none.
    """

    def __init__(
        self, name: str, args: DomainPlan, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("tapal:dns:DkimKeys", name, None, opts)
        self.signing: list[SigningKey] = []
        records = []
        values: dict[str, list[pulumi.Output[str]]] = {}
        for plan in args.dkim:
            key, record = self._key(args, plan)
            if plan.settings.signs:
                records.append(record)
                values[plan.planned.wanted.name] = [key.record]
                self.signing.append(
                    SigningKey(selector=plan.settings.selector, private_pem=key.private_pem)
                )
        self.served = (
            DnsPropagation(
                f"served: DKIM of {args.name}",
                kind="TXT",
                values=values,
                opts=self.child(*records),
            )
            if values
            else None
        )
        # What the state remembers of each key for the guard (`components.preflight.assets`).
        notes = [
            {
                "selector": key.settings.selector,
                "state": key.settings.state,
                "protected": key.protected,
            }
            for key in args.dkim
        ]
        self.register_outputs({"domain": args.settings.name, "keys": notes})

    def _key(self, domain: DomainPlan, plan: KeyPlan) -> tuple[DkimKey, DnsRecord]:
        name = f"DKIM {plan.settings.selector} of {domain.name}"
        key = DkimKey(
            f"key: {name}",
            domain=domain.settings.name,
            selector=plan.settings.selector,
            algorithm=plan.settings.algorithm,
            opts=self.child(protect=plan.protected),
        )
        record = declare_record(
            domain.zone, f"dns: {name}", plan.planned, self.child(), text=key.record
        )
        return key, record
