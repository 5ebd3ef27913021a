"""What a name held before our record replaced it: kept in the state, put back when ours goes.

`PreviousRecords` is created before our record and deleted after it, and changes nothing in
between. MX records may stand side by side: `RemovedMx` is created after ours and removes those that
were there; it is deleted before ours, and puts them back first. Both may be repeated: a record
that is back already stays. The module must keep its path (see `components.resources`).
"""

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar

import pulumi
from pulumi.dynamic import (
    ConfigureRequest,
    CreateResult,
    DiffResult,
    Resource,
    ResourceProvider,
    UpdateResult,
)

from components.dns import plain_record
from components.dns.plain_record import Plain
from mail.zone import restore
from mail.zone.record import Kind, ZoneRecord

if TYPE_CHECKING:
    from components.dns.cloudflare_api import Api

Properties = dict[str, Any]

WHERE = ("zone_id", "name", "kind")
COMPARED = (*WHERE, "stack", "records")
TYPES: dict[Kind, str] = {"spf": "TXT", "dmarc": "TXT", "mx": "MX"}


class PreviousRecordsProvider(ResourceProvider):
    """Keeps the records in the state, and puts them back when it is deleted."""

    serialize_as_secret_always = False  # it holds no value

    def configure(self, req: ConfigureRequest) -> None:
        """Read how to reach the API from the stack's configuration."""
        sys.tracebacklimit = 0  # the engine prints the traceback; a user needs only the message
        self._get = req.config.get

    def create(self, props: Properties) -> CreateResult:
        """Keep the records."""
        return CreateResult(id_=f"{props['name']}/{props['kind']}", outs=props)

    def update(self, _id: str, _olds: Properties, news: Properties) -> UpdateResult:
        """Keep other records."""
        return UpdateResult(outs=news)

    def diff(self, _id: str, olds: Properties, news: Properties) -> DiffResult:
        """Compare the kept records; another name is another resource."""
        replaces = [key for key in WHERE if olds.get(key) != news.get(key)]
        changed = any(olds.get(key) != news.get(key) for key in COMPARED)
        return DiffResult(changes=changed, replaces=replaces)

    def delete(self, _id: str, props: Properties) -> None:
        """Put the records back."""
        self._restore(props)

    def _restore(self, props: Properties) -> None:
        api, there = self._there(props)
        kind, former = props["kind"], _records(props)
        changes = restore.restore(kind, former, there, props["stack"])
        api.change(props["zone_id"], changes)
        if changes.taken:
            _say(
                f"{props['name']}: not put back, because another record stands there by now: "
                f"{'; '.join(map(str, changes.taken))}. Before us it was: "
                f"{'; '.join(map(str, former))}"
            )

    def _there(self, props: Properties) -> "tuple[Api, list[ZoneRecord]]":
        # Imported here: only the provider's process asks, while every run imports this module.
        from components.dns.cloudflare_api import Api  # noqa: PLC0415

        api = Api(self._get)
        return api, api.records(props["zone_id"], props["name"], TYPES[props["kind"]])


class RemovedMxProvider(PreviousRecordsProvider):
    """Removes the MX records beside ours, and puts them back before ours go."""

    def create(self, props: Properties) -> CreateResult:
        """Remove them, all at once."""
        self._remove(props)
        return super().create(props)

    def update(self, id_: str, olds: Properties, news: Properties) -> UpdateResult:
        """Remove those that were added since."""
        self._remove(news)
        return super().update(id_, olds, news)

    def _remove(self, props: Properties) -> None:
        api, there = self._there(props)
        gone = restore.to_remove(_records(props), there, props["stack"])
        api.change(props["zone_id"], restore.Changes(deletes=tuple(gone)))


def _records(props: Properties) -> list[ZoneRecord]:
    return plain_record.read_all(props["records"])


def _say(message: str) -> None:
    # The engine shows what a plugin writes here.
    print(message, file=sys.stderr, flush=True)


class _Records(Resource):
    """Records that a name held before; the ``provider`` acts on them."""

    provider: ClassVar[type[PreviousRecordsProvider]]

    def __init__(
        self,
        name: str,
        *,
        zone_id: str,
        record_name: str,
        kind: Kind,
        records: Sequence[ZoneRecord],
        opts: pulumi.ResourceOptions,
    ) -> None:
        """Declare ``records``, which the name ``record_name`` held of ``kind``."""
        super().__init__(
            self.provider(), name, properties(zone_id, record_name, kind, records), opts
        )


class PreviousRecords(_Records, module="tapal", name="PreviousRecords"):
    """The records that a name held before."""

    provider = PreviousRecordsProvider


class RemovedMx(_Records, module="tapal", name="RemovedMx"):
    """MX records that stood beside ours and were removed."""

    provider = RemovedMxProvider


def properties(
    zone_id: str, record_name: str, kind: Kind, records: Sequence[ZoneRecord]
) -> dict[str, str | list[Plain]]:
    """Return the inputs of both resources: the records, and where and whose ours are."""
    return {
        "zone_id": zone_id,
        "name": record_name,
        "kind": kind,
        "stack": pulumi.get_stack(),
        "records": [plain_record.write(record) for record in records],
    }
