"""What the DNS says of a domain before anything is set up for it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mail import dmarc
from mail.resolve import Resolve, UnansweredError
from mail.spf.record import SpfError, is_spf, parse


@dataclass(frozen=True, kw_only=True)
class PresentDns:
    """The records that a domain has for its mail now.

    Attributes:
        zone: the zone that holds it; empty if the DNS does not know the domain.
        name_servers: of that zone.
        mx: where its mail comes in.
        spf: the SPF record; empty if there is none.
        includes: whose servers may send for it, by the SPF record's ``include:`` words.
        dmarc: the DMARC record; empty if there is none.
        unanswered: why the DNS could not be asked; empty if it was.
    """

    zone: str = ""
    name_servers: Sequence[str] = ()
    mx: Sequence[str] = ()
    spf: str = ""
    includes: Sequence[str] = ()
    dmarc: str = ""
    unanswered: str = ""

    @property
    def is_at_cloudflare(self) -> bool:
        """Return whether Cloudflare's name servers answer for the zone."""
        return any(name.endswith(".cloudflare.com") for name in self.name_servers)


def look(domain: str, resolve: Resolve) -> PresentDns:
    """Return what the DNS says of ``domain`` (in its normal form); a silent DNS says nothing."""
    try:
        zone = _zone(domain, resolve)
        texts = resolve(domain, "TXT")
        policies = resolve(dmarc.record_name(domain), "TXT")
        spf = next(filter(is_spf, texts), "")
        return PresentDns(
            zone=zone,
            name_servers=resolve(zone, "NS") if zone else (),
            # A single dot says that the domain takes no mail (RFC 7505).
            mx=[target for target in resolve(domain, "MX") if target.strip(".")],
            spf=spf,
            includes=list(_includes(spf)),
            dmarc=next(filter(dmarc.is_dmarc, policies), ""),
        )
    except UnansweredError as error:
        return PresentDns(unanswered=str(error))


def _zone(domain: str, resolve: Resolve) -> str:
    """Return the zone of ``domain``: the nearest name from it upwards that has an SOA record."""
    labels = domain.split(".")
    for start in range(len(labels) - 1):
        name = ".".join(labels[start:])
        if resolve(name, "SOA"):
            return name
    return ""


def _includes(spf: str) -> Iterator[str]:
    try:
        yield from (term.value.lower().rstrip(".") for term in parse(spf).named("include"))
    except SpfError:
        return
