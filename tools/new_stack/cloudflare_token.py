"""A token for Cloudflare's API, tried: which zones it opens, and what it may do there."""

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from mail import address

SECONDS = 15.0  # for one answer
PAGE_SIZE = 50
MOST_PAGES = 20
EDIT = "#dns_records:edit"
PAGE = "docs/cloudflare.md#make-a-token"
_ONE_WORD = re.compile(r"[A-Za-z0-9_-]+")


class TokenError(Exception):
    """The token opens nothing, or cannot be tried; the message says why, and the cure."""


@dataclass(frozen=True, kw_only=True)
class TokenZone:
    """A zone that a token opens.

    Attributes:
        name: the zone.
        may_edit: whether its records may be changed, by what Cloudflare says of the token.
    """

    name: str
    may_edit: bool


def zones(token: str) -> list[TokenZone]:
    """Return the zones that ``token`` opens, asked of Cloudflare.

    Raises:
        TokenError: it opens none, or Cloudflare does not answer.
    """
    if not _ONE_WORD.fullmatch(token):
        raise TokenError(
            "that is not the token alone: there is a space or another sign in it. "
            "Cloudflare shows it once, when it is made; copy it by the button beside it"
        )
    found = [
        TokenZone(name=str(one["name"]), may_edit=EDIT in one.get("permissions", [EDIT]))
        for one in _listed(token)
    ]
    if not found:
        raise TokenError(f"the token is valid, but opens no zone: give it Zone:Read ({PAGE})")
    return found


def check(opened: Sequence[TokenZone], domain: str) -> str:
    """Return which of the zones that a token opens is the one of ``domain``.

    Raises:
        TokenError: none is, or its records may not be changed.
    """
    around = [one for one in opened if address.is_below(domain, one.name)]
    listed = ", ".join(one.name for one in opened[:5]) + (" …" if len(opened) > 5 else "")
    if not around:
        raise TokenError(
            f"the token opens {listed}, and not the zone of {domain}. Make one for that zone "
            f"({PAGE}), or add the domain to Cloudflare first"
        )
    zone = max(around, key=lambda one: len(one.name))
    if not zone.may_edit:
        raise TokenError(
            f"the token may read {zone.name}, but not change its records: give it DNS:Edit ({PAGE})"
        )
    return zone.name


def _listed(token: str) -> list[dict[str, Any]]:
    # Imported here: it costs half a second, which nobody waits for before the first question.
    import httpx  # noqa: PLC0415
    from cloudflare import APIConnectionError, APIStatusError, Cloudflare  # noqa: PLC0415

    # The address of the API is its variable CLOUDFLARE_BASE_URL, if that is set.
    client = Cloudflare(api_token=token, timeout=SECONDS, max_retries=1)
    found: list[dict[str, Any]] = []
    try:
        for page in range(1, MOST_PAGES + 1):
            query = {"page": page, "per_page": PAGE_SIZE}
            answer = client.get("/zones", cast_to=httpx.Response, options={"params": query})
            more = answer.json()["result"]
            found += more
            if len(more) < PAGE_SIZE:
                break
    except APIStatusError as error:
        if error.status_code in (400, 401, 403):
            raise TokenError(
                f"Cloudflare does not know this token ({_words(error.response)}). Was it copied "
                f"whole, and is it a token (not the Global API Key)? {PAGE} has the way"
            ) from None
        raise TokenError(
            f"Cloudflare answers with an error ({error.status_code}); try again in a minute, "
            "www.cloudflarestatus.com tells of outages"
        ) from None
    except APIConnectionError:
        place = os.environ.get("CLOUDFLARE_BASE_URL") or "api.cloudflare.com"
        raise TokenError(
            f"{place} does not answer: is this computer online? A proxy is named by HTTPS_PROXY"
        ) from None
    except (ValueError, KeyError, TypeError):
        raise TokenError(
            "what answered is not Cloudflare's API: is there a proxy between?"
        ) from None
    return found


def _words(response: object) -> str:
    try:
        errors = response.json()["errors"]  # type: ignore[attr-defined]
        return "; ".join(f"{one['message']}, code {one['code']}" for one in errors)
    except (ValueError, KeyError, TypeError):
        return "without words"
