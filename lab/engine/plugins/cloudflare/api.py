"""Requests to Cloudflare through its official client: its retries, its time-outs, its token."""

import os
import threading
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from http import HTTPStatus
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

from lab.engine.plugins.values import Properties, members, text

if TYPE_CHECKING:
    import httpx
    from cloudflare import Cloudflare

Method = Literal["GET", "POST", "PUT", "DELETE"]
DEFAULT_BASE_URL = "https://api.cloudflare.com/client/v4"
PAGE_SIZE = 100


class ApiFailure(Exception):  # noqa: N818 - not an error of ours
    """A request that failed, in the official plugin's words.

    Attributes:
        status: of the answer; 0 without one.
        summary: that it failed; the first part of the text.
        detail: what was asked, and what came of it; the rest.
    """

    summary = "failed to make http request"

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(f"{self.summary}: {detail}")
        self.status = status
        self.detail = detail


class Api:
    """One account's API: after a 429, a 5xx or a lost connection the client tries again twice."""

    def __init__(self, *, token: str, base_url: str) -> None:
        self._token = token
        self._base_url = base_url or DEFAULT_BASE_URL
        self._lock = threading.Lock()

    @classmethod
    def configured(cls, config: Properties) -> "Api":
        """Return the API that a provider's ``config``, or else the environment, describes."""
        token = text(config, "apiToken") or os.environ.get("CLOUDFLARE_API_TOKEN", "")
        base_url = text(config, "baseUrl") or os.environ.get("CLOUDFLARE_BASE_URL", "")
        return cls(token=token, base_url=base_url)

    def result(self, method: Method, path: str, body: Properties | None = None) -> Properties:
        """Return the ``result`` of one request.

        Raises:
            ApiFailure: the API refused, or did not answer.
        """
        return members(self._request(method, path, body=body).get("result"))

    def pages(self, path: str, query: Mapping[str, str]) -> Iterator[Properties]:
        """Yield the items of a list, page after page.

        Raises:
            ApiFailure: the API refused, or did not answer.
        """
        number, last = 1, 1
        while number <= last:
            page = {"page": str(number), "per_page": str(PAGE_SIZE)}
            answer = self._request("GET", path, query={**query, **page})
            items = answer.get("result")
            if isinstance(items, Sequence) and not isinstance(items, str):
                yield from (members(item) for item in items)
            total = members(answer.get("result_info")).get("total_pages")
            last = total if isinstance(total, int) else 1
            number += 1

    def _request(
        self,
        method: Method,
        path: str,
        *,
        body: Properties | None = None,
        query: Mapping[str, str] | None = None,
    ) -> Properties:
        from cloudflare import APIConnectionError, APIStatusError  # noqa: PLC0415 - see _client

        try:
            answer = self._send(method, path, body=body, query=query or {})
        except APIStatusError as error:
            raise ApiFailure(error.status_code, _told(method, error.response)) from error
        except APIConnectionError as error:
            reason = str(error.__cause__ or error)
            message = f'{method.capitalize()} "{error.request.url}": {reason}'
            raise ApiFailure(0, message) from error
        parsed: Properties = answer.json()
        return parsed

    def _send(
        self, method: Method, path: str, *, body: Properties | None, query: Mapping[str, str]
    ) -> "httpx.Response":
        import httpx  # noqa: PLC0415 - see _client

        with self._lock:  # two first requests at once must not make two clients
            client = self._client
        if method == "GET":
            return client.get(path, cast_to=httpx.Response, options={"params": query})
        if method == "POST":
            return client.post(path, cast_to=httpx.Response, body=body)
        if method == "PUT":
            return client.put(path, cast_to=httpx.Response, body=body)
        return client.delete(path, cast_to=httpx.Response)

    @cached_property
    def _client(self) -> "Cloudflare":
        # Importing the client takes as long as the rest of this plugin, and a stack without a
        # record never needs it.
        from cloudflare import Cloudflare, DefaultHttpxClient  # noqa: PLC0415

        # Go's client, which is the official plugin's, asks no proxy for a loopback address.
        url = urlsplit(self._base_url)
        loopback = (url.hostname or "") in {"127.0.0.1", "::1", "localhost"}
        return Cloudflare(
            api_token=self._token,
            base_url=self._base_url,
            http_client=DefaultHttpxClient(
                trust_env=not loopback,
                verify=url.scheme != "http",  # the authorities would be read for nothing
            ),
        )


def _told(method: str, response: "httpx.Response") -> str:
    status = HTTPStatus(response.status_code)
    url, body = response.request.url, response.text
    return f'{method} "{url}": {status.value} {status.phrase} {body}'
