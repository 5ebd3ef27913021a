"""``getZone`` and ``getDnsRecords``: arguments as queries, answers as outputs."""

import json
from collections.abc import Callable, Mapping
from itertools import islice

from lab.engine.plugins.cloudflare.api import Api
from lab.engine.plugins.values import Properties, Value, camel, members, renamed, text

MAX_ITEMS = 1000
_RECORD_DEFAULTS: Properties = {
    "direction": "asc",
    "match": "all",
    "order": "type",
    "tagMatch": "all",
}


class FunctionError(Exception):
    """A function has no answer; the text is the official plugin's."""


def get_zone(api: Api, arguments: Properties) -> Properties:
    """Return one zone, by ``zoneId`` or by ``filter`` (``name`` above all).

    Raises:
        FunctionError: the filter fits no zone, or several.
        ApiFailure: the API refused.
    """
    wanted = members(arguments.get("filter"))
    if not wanted:
        zone = api.result("GET", f"/zones/{text(arguments, 'zoneId')}")
        return _zone(zone) | {"zoneId": zone["id"]}
    found = list(api.pages("/zones", _query(wanted)))
    if len(found) != 1:
        raise FunctionError(f"failed to find exactly one result: {len(found)} found")
    filtered = {"match": "all"} | dict(wanted)
    return _zone(found[0]) | {"zoneId": found[0]["id"], "filter": filtered}


def get_dns_records(api: Api, arguments: Properties) -> Properties:
    """Return the records of ``zoneId`` that fit the other arguments, at most ``maxItems``.

    Raises:
        ApiFailure: the API refused.
    """
    asked = dict(_RECORD_DEFAULTS) | dict(arguments)
    query = _query({key: asked[key] for key in asked if key not in {"maxItems", "zoneId"}})
    found = api.pages(f"/zones/{text(arguments, 'zoneId')}/dns_records", query)
    limit = arguments.get("maxItems")
    most = limit if isinstance(limit, int) else MAX_ITEMS
    results = [_record(record) for record in islice(found, most)]
    return asked | {"results": results}


FUNCTIONS: Mapping[str, Callable[[Api, Properties], Properties]] = {
    "cloudflare:index/getZone:getZone": get_zone,
    "cloudflare:index/getDnsRecords:getDnsRecords": get_dns_records,
}


def _query(arguments: Properties) -> dict[str, str]:
    """Return arguments as the API's query: ``{"name": {"exact": x}}`` is ``name.exact=x``."""
    query: dict[str, str] = {}
    for key, value in members(renamed(arguments, to_api=True)).items():
        parts = {f"{key}.{inner}": item for inner, item in members(value).items()} or {key: value}
        query |= {name: _word(item) for name, item in parts.items() if item is not None}
    return query


def _word(value: Value) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _zone(zone: Properties) -> dict[str, Value]:
    return {camel(key): renamed(value, to_api=False) for key, value in zone.items()}


def _record(record: Properties) -> Properties:
    shown = members(renamed(record, to_api=False))
    return dict(shown) | {"meta": json.dumps(record.get("meta") or {})}
