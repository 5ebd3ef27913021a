"""Cloudflare's API by its own client, for what the provider's plugin has no resource for.

That is to put records back as they were. The dynamic provider's process does it, not the program:
importing the client takes half a second.
"""

import os
from collections.abc import Sequence
from typing import Any

import httpx
from cloudflare import APIConnectionError, APIStatusError, Cloudflare

from components.dns import plain_record
from mail.zone.record import ZoneRecord
from mail.zone.restore import Changes
from settings.ssh_target import ConfigReader

PAGE_SIZE = 100


class CloudflareError(RuntimeError):
    """Cloudflare refused, or did not answer; the message has its words."""

    # The engine shows the qualified name before the message; this keeps the line short.
    __module__ = "builtins"


class Api:
    """One account's API; a request that fails for the moment is tried again twice."""

    def __init__(self, get: ConfigReader) -> None:
        """Read token and address as the provider's plugin does.

        Args:
            get: look-up of a complete key of the stack's configuration.
        """
        token = get("cloudflare:apiToken") or os.environ.get("CLOUDFLARE_API_TOKEN")
        base_url = get("cloudflare:baseUrl") or os.environ.get("CLOUDFLARE_BASE_URL")
        self._client = Cloudflare(
            api_token=str(token or ""), base_url=str(base_url) if base_url else None
        )

    def records(self, zone_id: str, name: str, kind: str) -> list[ZoneRecord]:
        """Return the records at ``name`` of type ``kind``.

        Raises:
            CloudflareError: they cannot be listed.
        """
        query = {"name": name, "type": kind, "per_page": PAGE_SIZE}
        found = self._send("GET", f"/zones/{zone_id}/dns_records", query)
        return [one for one in plain_record.read_all(found) if one.name == name]

    def change(self, zone_id: str, changes: Changes) -> None:
        """Make ``changes`` in one transaction: all of them or none.

        Raises:
            CloudflareError: they cannot be made.
        """
        body = {
            "deletes": [{"id": one.id} for one in changes.deletes],
            "puts": [{**plain_record.body(to), "id": one.id} for one, to in changes.puts],
            "posts": [plain_record.body(one) for one in changes.posts],
        }
        wanted = {key: value for key, value in body.items() if value}
        if wanted:
            self._send("POST", f"/zones/{zone_id}/dns_records/batch", wanted)

    def _send(self, method: str, path: str, data: dict[str, Any]) -> Any:  # noqa: ANN401 - JSON
        try:
            if method == "GET":
                answer = self._client.get(path, cast_to=httpx.Response, options={"params": data})
            else:
                answer = self._client.post(path, cast_to=httpx.Response, body=data)
        except APIStatusError as error:
            said = "; ".join(_messages(error.response)) or str(error)
            raise CloudflareError(f"Cloudflare refused to {_doing(method)}: {said}") from None
        except APIConnectionError as error:
            raise CloudflareError(f"Cloudflare does not answer: {error}") from None
        return answer.json()["result"]


def _doing(method: str) -> str:
    return "list the records" if method == "GET" else "change the records"


def _messages(response: httpx.Response) -> Sequence[str]:
    try:
        errors = response.json()["errors"]
        return [f"{one['message']} (code {one['code']})" for one in errors]
    except (ValueError, KeyError, TypeError):
        return []
