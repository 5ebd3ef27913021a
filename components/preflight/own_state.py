"""What this stack's own state holds of DNS records, read before anything is declared.

A zone's listing tells what is there; only the state tells which of it is already a resource, and
which records ours replaced.
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pulumi

from components.dns import plain_record
from components.dns.cloudflare_plugin import RECORD_TYPE
from mail import dkim
from mail.zone.record import PreviousRRsets, ZoneRecord

READ_STATE = "pulumi:pulumi:readStackResourceOutputs"
HALF_WRITTEN = "failed to load checkpoint"
TRIES, PAUSE = 20, 0.1  # seconds
PREVIOUS_TYPE = "pulumi-python:dynamic/tapal:PreviousRecords"
KEY_TYPE = "pulumi-python:dynamic/tapal:DkimKey"

Outputs = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class OwnState:
    """The DNS side of a state.

    Attributes:
        records: the outputs of each record.
        previous: those of each `PreviousRecords`.
        resources: ``type`` and ``outputs`` of every resource, by URN.
    """

    records: Sequence[Outputs] = ()
    previous: Sequence[Outputs] = ()
    resources: Mapping[str, Outputs] = field(default_factory=dict)

    def comment_of(self, zone_id: str, record: ZoneRecord, as_listed: Outputs) -> str | None:
        """Return the comment that the state has of ``record``; None if it does not have it."""
        for held in self.records:
            where = (held.get("zoneId"), held.get("name"), held.get("type"))
            if where == (zone_id, record.name, record.type) and _is_same(held, as_listed):
                return held.get("comment") or ""
        return None

    def keys(self) -> Mapping[str, str]:
        """Return what each of the stack's DKIM keys says in the DNS, by its record's name."""
        return {
            dkim.record_name(one["selector"], one["domain"]): str(one.get("record", ""))
            for one in _of_type(self.resources, KEY_TYPE)
            if "selector" in one and "domain" in one
        }

    def previous_rrsets(self, zone_id: str) -> PreviousRRsets:
        """Return what a zone held before this stack's records replaced it."""
        return {
            (one["name"], one["kind"]): tuple(plain_record.read_all(one.get("records")))
            for one in self.previous
            if one.get("zone_id") == zone_id
        }


def read() -> OwnState:
    """Return what the stack's state holds, as its last update left it."""
    name = f"{pulumi.get_organization()}/{pulumi.get_project()}/{pulumi.get_stack()}"
    resources = _invoke(name).get("outputs") or {}
    return OwnState(
        records=[*_of_type(resources, RECORD_TYPE)],
        previous=[*_of_type(resources, PREVIOUS_TYPE)],
        resources=resources,
    )


def _invoke(stack: str) -> Mapping[str, Any]:
    # An `up` saves the state while we read it, and a backend of plain files writes in place: the
    # file may be half written, for a moment.
    for _ in range(TRIES - 1):
        try:
            return pulumi.runtime.invoke(READ_STATE, {"stackName": stack}).value or {}
        except Exception as error:
            if HALF_WRITTEN not in str(error):
                raise
            time.sleep(PAUSE)
    return pulumi.runtime.invoke(READ_STATE, {"stackName": stack}).value or {}


def _of_type(resources: Mapping[str, Mapping[str, Any]], kind: str) -> Iterator[Outputs]:
    for one in resources.values():
        if one.get("type") == kind:
            yield one.get("outputs") or {}


def _is_same(held: Outputs, listed: Outputs) -> bool:
    # The state's outputs lack the record's id; its time of creation identifies it as well.
    if held.get("id"):
        return bool(held["id"] == listed.get("id"))
    return _instant(held.get("createdOn")) == _instant(listed.get("createdOn"))


def _instant(text: object) -> datetime | None:
    try:
        return datetime.fromisoformat(str(text))
    except ValueError:
        return None
