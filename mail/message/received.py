"""What a receiver writes about the connection and the spam score, in Postfix's and rspamd's form.

``from HELO (PTR [IPv6:…]) (using TLSv1.3 with cipher …) by HOST (Postfix) …; date``
"""

import ipaddress
import re
from dataclasses import dataclass
from datetime import datetime

from mail.message.headers import date

_FROM = re.compile(
    r"from (?P<helo>\S+) \((?P<ptr>\S+) \[(?:IPv6:)?(?P<client>[0-9a-f.:]+)\]\)", re.IGNORECASE
)
_TLS = re.compile(r"\(using (?P<version>TLSv[\d.]+) with cipher (?P<cipher>\S+)")
_BY = re.compile(r"\bby (\S+)")
_SCORE = re.compile(r"\[\s*(-?[\d.]+)\s*/\s*-?[\d.]+\s*\]")
_SYMBOL = re.compile(r"\b([A-Z][A-Z0-9_]+)\((-?[\d.]+)\)")


@dataclass(frozen=True, kw_only=True)
class Received:
    """How a mail came in.

    Attributes:
        by: The receiving host.
        helo: What the client called itself.
        ptr: The client's forward-confirmed name; empty if it has none.
        client: The client's IP address.
        tls: Such as ``TLSv1.3``; empty if the mail came in plain.
        cipher: Such as ``TLS_AES_256_GCM_SHA384``.
        at: When.
    """

    by: str
    helo: str
    ptr: str
    client: str
    tls: str = ""
    cipher: str = ""
    at: datetime | None = None

    @property
    def family(self) -> str:
        """The address family: ``IPv4`` or ``IPv6``."""
        return f"IPv{ipaddress.ip_address(self.client).version}"


def read(header: str) -> Received:
    """Read an unfolded ``Received`` header.

    Raises:
        ValueError: It does not have Postfix's form.
    """
    origin, by = _FROM.match(header), _BY.search(header)
    if not origin or not by:
        raise ValueError(f"this is not a Received header of Postfix's: {header!r}")
    tls = _TLS.search(header)
    return Received(
        by=by[1].lower(),
        helo=origin["helo"].lower(),
        # Postfix writes "unknown" where the PTR is missing or its name does not lead back.
        ptr="" if origin["ptr"] == "unknown" else origin["ptr"].lower(),
        client=str(ipaddress.ip_address(origin["client"])),
        tls=tls["version"] if tls else "",
        cipher=tls["cipher"] if tls else "",
        at=date(header.rpartition(";")[2].strip()),
    )


def spam_result(header: str) -> tuple[float | None, dict[str, float]]:
    """Read rspamd's ``X-Spamd-Result``: the score, and the rules that matched with theirs."""
    score = _SCORE.search(header)
    symbols = {name: float(value) for name, value in _SYMBOL.findall(header)}
    return (float(score[1]) if score else None), symbols
