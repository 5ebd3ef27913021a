"""One DNS record: made from a request's body, shown in an answer, written to the state file."""

import ipaddress
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lab.cloudflare import errors, names, rdata
from lab.cloudflare.errors import ApiError, Problem
from lab.cloudflare.json_types import JsonObject, JsonValue

PROXIABLE = ("A", "AAAA", "CNAME")
AUTOMATIC_TTL = 1
_PRIVATE = tuple(
    ipaddress.ip_network(net)
    for net in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "127.0.0.0/8", "fc00::/7", "::1")
)


@dataclass(frozen=True, kw_only=True)
class Record:
    """A stored record.

    Times are RFC 3339 in UTC with microseconds; ``ttl`` is in seconds, 1 being automatic.
    """

    id: str
    name: str
    type: str
    content: str
    ttl: int
    proxied: bool
    priority: int | None
    data: rdata.DataFields | None
    comment: str | None
    tags: tuple[str, ...]
    settings: Mapping[str, bool]
    created_on: str
    modified_on: str
    comment_modified_on: str | None
    tags_modified_on: str | None

    @property
    def rdata(self) -> rdata.Rdata:
        """The part of the record that DNS sees."""
        return rdata.Rdata(content=self.content, priority=self.priority, data=self.data)

    @property
    def proxiable(self) -> bool:
        """Whether Cloudflare could stand in front of it: by type, and not for private addresses."""
        if self.type not in PROXIABLE:
            return False
        if self.type == "CNAME":
            return True
        address = ipaddress.ip_address(self.content)
        return not any(address in net for net in _PRIVATE)

    def to_json(self) -> dict[str, JsonValue]:
        """Return the record as an answer shows it: optional members only where they are set."""
        shown: dict[str, JsonValue] = {
            "id": self.id,
            "name": self.name,
            "type": self.type,
            "content": self.content,
            "proxiable": self.proxiable,
            "proxied": self.proxied,
            "ttl": self.ttl,
            "settings": dict(self.settings),
            "meta": {},
            "comment": self.comment,
            "tags": list(self.tags),
            "created_on": self.created_on,
            "modified_on": self.modified_on,
        }
        optional: dict[str, JsonValue] = {
            "priority": self.priority,
            "data": None if self.data is None else dict(self.data),
            "comment_modified_on": self.comment_modified_on,
            "tags_modified_on": self.tags_modified_on,
        }
        return shown | {key: value for key, value in optional.items() if value is not None}


def build(body: JsonObject, *, zone: str, identifier: str, now: str, old: Record | None) -> Record:
    """Return the record that ``body`` (a POST, or a PUT over ``old``) describes.

    Raises:
        ApiError: 400 with every problem found, see `lab.cloudflare.errors`.
    """
    fields = _Fields(body)
    record_type = fields.text("type", needed=True).upper()
    name = fields.name(zone)
    proxied = fields.flag("proxied")
    ttl = AUTOMATIC_TTL if proxied else fields.ttl()
    comment = fields.text("comment") or None
    tags = fields.texts("tags")
    priority = fields.priority()
    checked = fields.rdata(record_type, priority)
    fields.refuse_if_wrong()
    record = Record(
        id=identifier,
        name=name,
        type=record_type,
        content=checked.content,
        ttl=ttl,
        proxied=proxied,
        priority=checked.priority if record_type in {"MX", "SRV"} else None,
        data=checked.data,
        comment=comment,
        tags=tags,
        settings=fields.flags("settings"),
        created_on=old.created_on if old else now,
        modified_on=now,
        comment_modified_on=_since(comment, old, now),
        tags_modified_on=_tags_since(tags, old, now),
    )
    _refuse_proxy(record)
    return record


def patched(body: JsonObject, old: Record) -> JsonObject:
    """Return the body of a PUT that does what a PATCH of ``old`` with ``body`` does."""
    before: dict[str, JsonValue] = {
        key: value
        for key, value in old.to_json().items()
        if key in {"name", "type", "ttl", "proxied", "comment", "tags", "settings", "priority"}
    }
    before["data" if old.data is not None else "content"] = old.to_json()[
        "data" if old.data is not None else "content"
    ]
    return before | dict(body)


def _since(comment: str | None, old: Record | None, now: str) -> str | None:
    if comment is None:
        return None
    return old.comment_modified_on if old and old.comment == comment else now


def _tags_since(tags: tuple[str, ...], old: Record | None, now: str) -> str | None:
    if not tags:
        return None
    return old.tags_modified_on if old and old.tags == tags else now


def _refuse_proxy(record: Record) -> None:
    if record.proxied and record.type not in PROXIABLE:
        raise ApiError(400, errors.NOT_PROXIABLE_TYPE)
    if record.proxied and not record.proxiable:
        raise ApiError(400, errors.NOT_PROXIABLE)


class _Fields:
    """A body's members, read one by one; problems are collected and raised together."""

    def __init__(self, body: JsonObject) -> None:
        self._body = body
        self._problems: list[Problem] = []

    def refuse_if_wrong(self) -> None:
        if self._problems:
            raise ApiError(400, *self._problems)

    def name(self, zone: str) -> str:
        given = self.text("name", needed=True)
        try:
            return names.complete(given, zone)
        except ApiError as error:
            self._problems.extend(error.problems)
            return zone

    def text(self, key: str, *, needed: bool = False) -> str:
        value = self._body.get(key)
        if isinstance(value, str) and (value or not needed):
            return value
        if value is not None and not isinstance(value, str):
            raise ApiError(400, errors.BAD_BODY)
        if needed:
            self._problems.append(errors.required(key))
        return ""

    def texts(self, key: str) -> tuple[str, ...]:
        value = self._body.get(key) or []
        if not isinstance(value, Sequence) or not all(isinstance(item, str) for item in value):
            raise ApiError(400, errors.BAD_BODY)
        return tuple(str(item) for item in value)

    def flag(self, key: str) -> bool:
        value = self._body.get(key)
        if value is None or isinstance(value, bool):
            return bool(value)
        raise ApiError(400, errors.BAD_BODY)

    def flags(self, key: str) -> dict[str, bool]:
        value = self._body.get(key) or {}
        if not isinstance(value, Mapping):
            raise ApiError(400, errors.BAD_BODY)
        return {name: flag for name, flag in value.items() if isinstance(flag, bool)}

    def ttl(self) -> int:
        value = self._body.get("ttl", AUTOMATIC_TTL)
        number = isinstance(value, int | float) and not isinstance(value, bool)
        seconds = float(str(value)) if number else 0.0
        if seconds % 1 == 0 and (seconds == AUTOMATIC_TTL or 60 <= seconds <= 86400):
            return int(seconds)
        self._problems.append(errors.BAD_TTL)
        return AUTOMATIC_TTL

    def priority(self) -> int | None:
        value = self._body.get("priority")
        if value is None:
            return None
        if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 65535:
            return int(value)
        raise ApiError(400, errors.BAD_PRIORITY)

    def rdata(self, record_type: str, priority: int | None) -> rdata.Rdata:
        data = self._body.get("data") or {}
        content = self._body.get("content")
        if not isinstance(data, Mapping) or not (content is None or isinstance(content, str)):
            raise ApiError(400, errors.BAD_BODY)
        empty = rdata.Rdata(content="")
        if not record_type:
            return empty
        try:
            return rdata.check(record_type, content, priority, data)
        except ApiError as error:
            self._problems.extend(error.problems)
            return empty
