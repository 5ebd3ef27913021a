"""From the API's records to the name server's: one RFC 2136 update per request, signed (TSIG).

Only what changed is sent, record by record, so that what others wrote into the zone (a DNS-01
challenge, the zone's own SOA and NS) stays.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

import dns.asyncquery
import dns.dnssec
import dns.exception
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.tsig
import dns.update

from lab.cloudflare import rdata
from lab.cloudflare.records import AUTOMATIC_TTL, Record

AUTOMATIC_SECONDS = 300
TIMEOUT = 5.0


class NotPublishedError(Exception):
    """The name server did not take an update; the zone is as it was."""


@dataclass(frozen=True, order=True)
class Published:
    """One DNS record: ``name`` without the last dot, ``text`` as in a zone file."""

    name: str
    type: str
    ttl: int
    text: str


@dataclass(frozen=True, kw_only=True)
class Edge:
    """The addresses that DNS shows for a proxied record: Cloudflare's own, not the origin's."""

    ipv4: str
    ipv6: str


class Publisher(Protocol):
    """Takes accepted changes, and knows the zone's DNSSEC keys."""

    async def publish(self, zone: str, before: Iterable[Record], after: Iterable[Record]) -> None:
        """Make the zone hold ``after`` instead of ``before``, at once.

        Raises:
            NotPublishedError: nothing was changed.
        """

    async def ds(self, zone: str) -> "Ds | None":
        """Return what the parent zone should hold, or None where nothing signs the zone."""


@dataclass(frozen=True, kw_only=True)
class Ds:
    """A DS record (RFC 4034 5) and the key it stands for."""

    key_tag: int
    algorithm: int
    digest_type: int
    digest: str
    flags: int
    public_key: str


class NoPublisher:
    """Publishes nothing: for tests of the API alone."""

    async def publish(self, zone: str, before: Iterable[Record], after: Iterable[Record]) -> None:
        """Do nothing."""

    async def ds(self, zone: str) -> Ds | None:  # noqa: ARG002
        """Return None: nothing signs."""
        return None


@dataclass(frozen=True, kw_only=True)
class NameServer:
    """A name server that takes dynamic updates signed with ``key``, over TCP."""

    address: str
    port: int
    key: dns.tsig.Key
    edge: Edge

    async def publish(self, zone: str, before: Iterable[Record], after: Iterable[Record]) -> None:
        """Send the difference as one update; without a difference, send nothing.

        Raises:
            NotPublishedError: the server is away, or answered otherwise than NOERROR.
        """
        old, new = self._shown(before), self._shown(after)
        if old == new:
            return
        update = dns.update.UpdateMessage(f"{zone}.", keyring=self.key)
        for gone in sorted(old - new):
            update.delete(f"{gone.name}.", gone.type, gone.text)
        for added in sorted(new - old):
            update.add(f"{added.name}.", added.ttl, added.type, added.text)
        answer = await self._ask(update)
        if answer.rcode() != dns.rcode.NOERROR:
            raise NotPublishedError(f"{self} answered {dns.rcode.to_text(answer.rcode())}")

    async def ds(self, zone: str) -> Ds | None:
        """Return the SHA-256 DS of the zone's key-signing key, asked from the server itself."""
        query = dns.message.make_query(f"{zone}.", dns.rdatatype.DNSKEY)
        answer = await self._ask(query)
        keys = [key for rrset in answer.answer for key in rrset if _signs_keys(key)]
        if not keys:
            return None
        made = dns.dnssec.make_ds(dns.name.from_text(f"{zone}."), keys[0], "SHA256")
        words = keys[0].to_text().split(" ", 3)
        return Ds(
            key_tag=made.key_tag,
            algorithm=int(made.algorithm),
            digest_type=int(made.digest_type),
            digest=made.digest.hex().upper(),
            flags=int(words[0]),
            public_key=words[3].replace(" ", ""),
        )

    def __str__(self) -> str:
        return f"name server {self.address} port {self.port}"

    async def _ask(self, message: dns.message.Message) -> dns.message.Message:
        try:
            return await dns.asyncquery.tcp(message, self.address, port=self.port, timeout=TIMEOUT)
        except (dns.exception.DNSException, OSError, EOFError) as error:
            reason = str(error) or type(error).__name__
            raise NotPublishedError(f"{self} does not take the update: {reason}") from error

    def _shown(self, records: Iterable[Record]) -> set[Published]:
        return {shown for record in records for shown in _published(record, self.edge)}


def _signs_keys(key: object) -> bool:
    # RFC 4034 2.1.1: a zone key (256) that is a secure entry point (1).
    return getattr(key, "flags", 0) & 257 == 257


def _published(record: Record, edge: Edge) -> list[Published]:
    if record.proxied:
        pairs = [("A", edge.ipv4), ("AAAA", edge.ipv6)]
        return [Published(record.name, kind, AUTOMATIC_SECONDS, text) for kind, text in pairs]
    ttl = AUTOMATIC_SECONDS if record.ttl == AUTOMATIC_TTL else record.ttl
    text = rdata.presentation(record.type, record.rdata)
    return [Published(record.name, record.type, ttl, text)]
