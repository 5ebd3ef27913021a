"""What the API does, without HTTP: look up, change, publish, store; one change at a time."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace

from lab.cloudflare import changes, errors
from lab.cloudflare.errors import ApiError
from lab.cloudflare.json_types import JsonObject, JsonValue
from lab.cloudflare.publish import Ds, NotPublishedError, Publisher
from lab.cloudflare.records import Record
from lab.cloudflare.store import ACTIVE, DISABLED, Store, Zone, timestamp


@dataclass(frozen=True, kw_only=True)
class Account:
    """The name servers Cloudflare would assign, and the account that owns the zones."""

    name_servers: tuple[str, ...]
    id: str = "7a9e1c0de5a1f00dcafe0123456789ab"
    name: str = "tapal lab"


class Service:
    """The account's zones behind a lock: a change is published, then stored, then answered."""

    def __init__(self, store: Store, publisher: Publisher, account: Account) -> None:
        self._store = store
        self._publisher = publisher
        self._account = account
        self._lock = asyncio.Lock()

    @property
    def zones(self) -> list[Zone]:
        """All zones of the account."""
        return self._store.zones

    def zone(self, identifier: str, path: str) -> Zone:
        """Return the zone.

        Raises:
            ApiError: 404, with ``path`` named, if the account has no such zone.
        """
        zone = self._store.zone(identifier)
        if zone is None:
            raise errors.no_such_path(path)
        return zone

    async def change(self, identifier: str, steps: Sequence[changes.Change]) -> tuple[Record, ...]:
        """Apply ``steps`` to the zone, all or none, and return the record each one touched.

        Raises:
            ApiError: a step is refused, or the name server did not take the update (500).
        """
        async with self._lock:
            zone = self.zone(identifier, f"/client/v4/zones/{identifier}/dns_records")
            applied = changes.apply(steps, zone.records, zone=zone.name, now=timestamp())
            await self._publish(zone, applied.records)
            self._store.put(replace(zone, records=applied.records))
            return applied.touched

    async def publish_all(self) -> None:
        """Send every stored record again: a name server that lost some has them back.

        Raises:
            NotPublishedError: the name server does not answer.
        """
        async with self._lock:
            for zone in self._store.zones:
                await self._publisher.publish(zone.name, (), zone.records.values())

    async def set_dnssec(self, identifier: str, status: str) -> None:
        """Switch the zone's DNSSEC on (``active``) or off (``disabled``).

        Raises:
            ApiError: 400 for another status.
        """
        if status not in {ACTIVE, DISABLED}:
            raise ApiError(400, errors.BAD_BODY)
        async with self._lock:
            zone = self.zone(identifier, f"/client/v4/zones/{identifier}/dnssec")
            self._store.put(replace(zone, dnssec=status))

    async def dnssec(self, zone: Zone) -> dict[str, JsonValue]:
        """Return the zone's DNSSEC as shown: ``pending`` while nothing signs it yet."""
        if zone.dnssec != ACTIVE:
            return {"status": zone.dnssec, "modified_on": zone.modified_on}
        try:
            ds = await self._publisher.ds(zone.name)
        except NotPublishedError as error:
            raise errors.not_published(str(error)) from error
        if ds is None:
            return {"status": "pending", "modified_on": zone.modified_on}
        return {"status": ACTIVE, "modified_on": zone.modified_on} | _shown_ds(zone.name, ds)

    def show(self, zone: Zone) -> dict[str, JsonValue]:
        """Return a zone as an answer shows it."""
        return {
            "id": zone.id,
            "name": zone.name,
            "status": "active",
            "paused": False,
            "type": "full",
            "development_mode": 0,
            "name_servers": list(self._account.name_servers),
            "original_name_servers": [],
            "original_registrar": None,
            "original_dnshost": None,
            "created_on": zone.created_on,
            "modified_on": zone.modified_on,
            "activated_on": zone.created_on,
            "vanity_name_servers": [],
            "meta": _META,
            "owner": {"id": self._account.id, "name": self._account.name, "type": "user"},
            "account": {"id": self._account.id, "name": self._account.name},
            "permissions": ["#dns_records:edit", "#dns_records:read", "#zone:read"],
            "plan": _PLAN,
        }

    async def _publish(self, zone: Zone, records: changes.Records) -> None:
        try:
            await self._publisher.publish(zone.name, zone.records.values(), records.values())
        except NotPublishedError as error:
            raise errors.not_published(str(error)) from error


def read_change(kind: str, body: JsonObject, identifier: str = "") -> list[changes.Change]:
    """Return one change as the list that `Service.change` takes."""
    return [changes.Change(kind=kind, body=body, identifier=identifier)]


def _shown_ds(zone: str, ds: Ds) -> dict[str, JsonValue]:
    fields = f"{ds.key_tag} {ds.algorithm} {ds.digest_type} {ds.digest}"
    return {
        "algorithm": str(ds.algorithm),
        "digest": ds.digest,
        "digest_algorithm": "SHA256",
        "digest_type": str(ds.digest_type),
        "ds": f"{zone}. 3600 IN DS {fields}",
        "flags": ds.flags,
        "key_tag": ds.key_tag,
        "key_type": "ECDSAP256SHA256" if ds.algorithm == 13 else str(ds.algorithm),
        "public_key": ds.public_key,
    }


_META: dict[str, JsonValue] = {
    "step": 2,
    "custom_certificate_quota": 0,
    "page_rule_quota": 3,
    "phishing_detected": False,
}
_PLAN: dict[str, JsonValue] = {
    "id": "0feeeeeeeeeeeeeeeeeeeeeeeeeeeeee",
    "name": "Free Website",
    "price": 0,
    "currency": "USD",
    "frequency": "",
    "is_subscribed": False,
    "can_subscribe": False,
    "legacy_id": "free",
    "legacy_discount": False,
    "externally_managed": False,
}
