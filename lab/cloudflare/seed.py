"""Puts foreign records into each zone of the lab's Cloudflare account, as a domain in use has them.

Run in the lab (``python -m lab.cloudflare.seed URL``). Existing records are left alone.
"""

import json
import sys
import urllib.error
import urllib.request
from urllib.parse import urlencode

from lab import plan

_IDENTICAL = 81058

Fields = dict[str, object]


def foreign(zone: str) -> list[Fields]:
    """Return the records that tapal must never touch, as the API takes them."""
    site = {"ttl": 1, "content": "203.0.113.80"}
    service = {"priority": 5, "weight": 0, "port": 5222, "target": f"xmpp.{zone}"}
    return [
        {"type": "A", "name": zone, **site},
        {"type": "A", "name": f"www.{zone}", "proxied": True, **site},
        {"type": "AAAA", "name": f"xmpp.{zone}", "ttl": 3600, "content": "2001:db8:113::80"},
        {"type": "CNAME", "name": f"blog.{zone}", "ttl": 1, "content": f"www.{zone}"},
        {"type": "TXT", "name": zone, "ttl": 3600,
         "content": '"google-site-verification=tapal-lab-0123456789abcdefghijklmnopqrstuv"'},
        {"type": "TXT", "name": f"_github-challenge-tapal.{zone}", "ttl": 1,
         "content": '"0f1e2d3c4b"'},
        {"type": "SRV", "name": f"_xmpp-client._tcp.{zone}", "ttl": 3600, "data": service},
    ]  # fmt: skip


def _ask(url: str, body: Fields | None = None) -> dict[str, object]:
    request = urllib.request.Request(  # noqa: S310 - the lab's own address
        url,
        data=json.dumps(body).encode() if body else None,
        headers={"Authorization": f"Bearer {plan.API_TOKEN}", "Content-Type": "application/json"},
    )
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310
            return dict(json.load(answer))
    except urllib.error.HTTPError as error:
        said = error.read().decode(errors="replace")
        if body and f'"code": {_IDENTICAL}' in json.dumps(json.loads(said)):
            return {}
        raise SystemExit(f"✗ {url}: {error.code} {said}") from error


def seed(api: str) -> None:
    """Create the foreign records in every zone by the API at ``api``."""
    for zone in plan.CLOUDFLARE_ZONES:
        found = _ask(f"{api}/zones?{urlencode({'name': zone})}")["result"]
        if not isinstance(found, list):
            raise SystemExit(f"✗ the API knows no zone {zone}")
        for record in foreign(zone):
            _ask(f"{api}/zones/{found[0]['id']}/dns_records", record)


if __name__ == "__main__":
    seed(sys.argv[1])
