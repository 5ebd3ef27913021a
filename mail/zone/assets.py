"""What a stack can lose: the mail records and DKIM keys of each domain, and of the host.

A record's content does not count: a DMARC policy that is raised is the same record.
"""

from dataclasses import dataclass
from typing import Literal

What = Literal["domain", "host"]


@dataclass(frozen=True, kw_only=True)
class MailRecord:
    """One mail record.

    Attributes:
        zone: the zone that it is in; the same name in another zone is another record.
        name: complete name without a final dot.
        type: ``A``, ``MX``, ``TXT``, …
        detail: what distinguishes it from others there: what a TXT is for, an MX's target.
    """

    zone: str
    name: str
    type: str
    detail: str = ""

    def __str__(self) -> str:
        return f"{self.name} {self.type}{f' ({self.detail})' if self.detail else ''}"


@dataclass(frozen=True, kw_only=True)
class KeyAsset:
    """One DKIM key, and whether Pulumi's state protects it from deletion."""

    selector: str
    algorithm: str
    state: str
    protected: bool

    def __str__(self) -> str:
        return f"{self.selector} ({self.state})"


@dataclass(frozen=True, kw_only=True)
class MailAssets:
    """What belongs to one domain, or to the host (a stack has at most one).

    Attributes:
        what: which of the two.
        name: its name.
        records: its mail records; those of the DKIM keys are not among them.
        keys: its DKIM keys.
    """

    what: What
    name: str
    records: frozenset[MailRecord] = frozenset()
    keys: tuple[KeyAsset, ...] = ()
