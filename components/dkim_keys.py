"""A domain's DKIM keys and their records, and the wait until those are served.

The records come before the keys go to the host: no mail is ever signed with a key that a
receiver cannot look up.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi

from components import places
from components.dkim_key import DkimKey
from components.dns import Zone
from components.graph import Component
from components.served import Served
from components.settings import DkimKey as KeySettings


@dataclass(frozen=True, kw_only=True)
class DkimKeysArgs:
    """What the keys are made from.

    Attributes:
        domain: the signing domain.
        zone: where the records go.
        keys: the stack's list.
        allowed: whether the stack may delete a key; see `components.settings.DkimKey.is_kept`.
    """

    domain: str
    zone: Zone
    keys: Sequence[KeySettings]
    allowed: bool


@dataclass(frozen=True, kw_only=True)
class SigningKey:
    """A key that may sign: its selector, its PEM (a secret), and the wait for its record."""

    selector: str
    private_pem: pulumi.Output[str]
    served: Served


class DkimKeys(Component):
    """A domain's keys, published.

    Attributes:
        signing: the active ones, in the order given.
    """

    def __init__(
        self, name: str, args: DkimKeysArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("tapal:mail:DkimKeys", name, None, opts)
        self.signing: list[SigningKey] = []
        for settings in args.keys:
            self._key(f"{name}-{settings.selector}", args, settings)
        # What the state remembers of each key for the guard (`components.inventory`).
        notes = [
            {
                "selector": key.selector,
                "state": key.state,
                "protected": key.is_kept(allowed=args.allowed),
            }
            for key in args.keys
        ]
        self.register_outputs({"domain": args.domain, "keys": notes})

    def _key(self, name: str, args: DkimKeysArgs, settings: KeySettings) -> None:
        key = DkimKey(
            name,
            domain=args.domain,
            selector=settings.selector,
            algorithm=settings.algorithm,
            opts=self.child(protect=settings.is_kept(allowed=args.allowed)),
        )
        (decision,) = places.of_key(args.domain, settings, args.zone.listing).decisions
        record = args.zone.record(f"{name}-record", decision, self.child(), text=key.record)
        if settings.signs:
            served = Served(
                f"{name}-served",
                record=decision.wanted.name,
                kind="TXT",
                values=[key.record],
                opts=self.child(record),
            )
            self.signing.append(
                SigningKey(selector=settings.selector, private_pem=key.private_pem, served=served)
            )
