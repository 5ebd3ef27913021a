"""A domain's DKIM keys and their records, and the wait until those are served.

The records come before the keys go to the host: no mail is ever signed with a key that a
receiver cannot look up.
"""

from dataclasses import dataclass

import pulumi

from components.component import Component
from components.dns.declare import declare_record
from components.plan import DomainPlan, KeyPlan
from components.resources.dkim_key import DkimKey
from components.resources.dns_propagation import DnsPropagation


@dataclass(frozen=True, kw_only=True)
class SigningKey:
    """A key that may sign: its selector, its PEM (a secret), and the wait for its record."""

    selector: str
    private_pem: pulumi.Output[str]
    served: DnsPropagation


class DkimKeys(Component):
    """A domain's keys, published.

    Attributes:
        signing: the active ones, in the order given.
    """

    def __init__(
        self, name: str, args: DomainPlan, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("tapal:dns:DkimKeys", name, None, opts)
        self.signing: list[SigningKey] = []
        for key in args.dkim:
            self._key(args, key)
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

    def _key(self, domain: DomainPlan, plan: KeyPlan) -> None:
        selector = plan.settings.selector
        name = f"DKIM {selector} of {domain.name}"
        key = DkimKey(
            f"key: {name}",
            domain=domain.settings.name,
            selector=selector,
            algorithm=plan.settings.algorithm,
            opts=self.child(protect=plan.protected),
        )
        record = declare_record(
            domain.zone, f"dns: {name}", plan.planned, self.child(), text=key.record
        )
        if plan.settings.signs:
            served = DnsPropagation(
                f"served: {name}",
                record=plan.planned.wanted.name,
                kind="TXT",
                values=[key.record],
                opts=self.child(record),
            )
            self.signing.append(
                SigningKey(selector=selector, private_pem=key.private_pem, served=served)
            )
