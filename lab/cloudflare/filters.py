"""Which records a list request asks for, in which order, and which page of them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from lab.cloudflare.json_types import JsonValue
from lab.cloudflare.records import Record

Query = Mapping[str, str]

_TESTS: Mapping[str, Callable[[str, str], bool]] = {
    "exact": lambda value, wanted: value == wanted,
    "contains": lambda value, wanted: wanted in value,
    "startswith": lambda value, wanted: value.startswith(wanted),
    "endswith": lambda value, wanted: value.endswith(wanted),
    "present": lambda value, _: bool(value),
    "absent": lambda value, _: not value,
}
_ORDERS: Mapping[str, Callable[[Record], str | int]] = {
    "type": lambda record: record.type,
    "name": lambda record: record.name,
    "content": lambda record: record.content,
    "ttl": lambda record: record.ttl,
    "proxied": lambda record: record.proxied,
}


@dataclass(frozen=True, kw_only=True)
class Page:
    """One page of a list: ``number`` counts from 1."""

    number: int
    size: int
    items: Sequence[dict[str, JsonValue]]
    total: int

    def info(self) -> dict[str, JsonValue]:
        """Return the answer's ``result_info``."""
        return {
            "page": self.number,
            "per_page": self.size,
            "count": len(self.items),
            "total_count": self.total,
            "total_pages": max(1, -(-self.total // self.size)),
        }


def page(items: Sequence[dict[str, JsonValue]], query: Query, *, size: int, limit: int) -> Page:
    """Return the page that ``page`` and ``per_page`` name.

    ``size`` is how many items it has by default, ``limit`` how many at most.
    """
    number = max(1, _number(query.get("page"), 1))
    size = min(limit, max(1, _number(query.get("per_page"), size)))
    first = (number - 1) * size
    return Page(number=number, size=size, items=items[first : first + size], total=len(items))


def select(records: Iterable[Record], query: Query) -> list[Record]:
    """Return the records that fit, ordered by ``order`` and ``direction`` (default: as made).

    ``name``, ``content`` and ``comment`` come plain or as ``name.exact``, ``name.contains``,
    ``name.startswith``, ``name.endswith``; ``match=any`` asks for one hit instead of all.
    """
    tests = [test for key, value in query.items() if (test := _test(key, value))]
    combine = any if query.get("match") == "any" and tests else all
    found = [record for record in records if combine(test(record) for test in tests)]
    if order := _ORDERS.get(query.get("order", "")):
        found.sort(key=order)
    return found if query.get("direction") != "desc" else found[::-1]


def _test(key: str, wanted: str) -> Callable[[Record], bool] | None:
    field, _, operator = key.partition(".")
    if field == "type":
        return lambda record: record.type == wanted.upper()
    if field == "proxied":
        return lambda record: record.proxied == (wanted == "true")
    if field == "search":
        return lambda record: wanted.casefold() in f"{record.name} {record.content}".casefold()
    if field == "tag":
        return lambda record: any(_TESTS[operator or "exact"](tag, wanted) for tag in record.tags)
    compare = _TESTS.get(operator or "exact")
    if field not in {"name", "content", "comment"} or compare is None:
        return None
    if field == "name":
        wanted = wanted.lower().removesuffix(".") or wanted
    return lambda record: compare(getattr(record, field) or "", wanted)


def _number(text: str | None, default: int) -> int:
    return int(text) if text and text.isdigit() else default
