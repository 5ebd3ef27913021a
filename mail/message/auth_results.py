"""One receiver's ``Authentication-Results`` (RFC 8601), read with authres."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import authres

_POLICY = re.compile(r"\bdmarc=\w+[^;]*?\(p(?:olicy)?=\"?(\w+)", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class DkimResult:
    """The result for one signature."""

    result: str
    domain: str
    selector: str


@dataclass(frozen=True, kw_only=True)
class AuthResults:
    """What one receiver says of a mail; ``none`` where it says nothing."""

    spf: str = "none"
    dkim: tuple[DkimResult, ...] = ()
    dmarc: str = "none"
    dmarc_policy: str = ""


def judged(headers: Iterable[str], by: str) -> AuthResults:
    """Read those of the (unfolded) ``headers`` that ``by`` has written.

    A header under another name may have come with the mail, from anybody (RFC 8601 §5).
    """
    # Imported here: a stack's own environment has no authres, and imports this module for its
    # package's rules alone (`settings.registry`).
    import authres  # noqa: PLC0415

    found = AuthResults()
    for text in headers:
        try:
            header = authres.AuthenticationResultsHeader.parse(f"Authentication-Results: {text}")
        except (authres.AuthResError, ValueError):
            continue
        if str(header.authserv_id).lower() == by.lower():
            found = _joined(found, text, header.results)
    return found


def _joined(
    found: AuthResults, text: str, results: "list[authres.AuthenticationResult]"
) -> AuthResults:
    methods = {str(one.method): str(one.result) for one in results}
    signatures = tuple(_dkim(one) for one in results if one.method == "dkim" and one.properties)
    policy = _POLICY.search(text)
    return AuthResults(
        spf=methods.get("spf", found.spf),
        dkim=(*found.dkim, *signatures),
        dmarc=methods.get("dmarc", found.dmarc),
        dmarc_policy=policy[1].lower() if policy else found.dmarc_policy,
    )


def _dkim(one: "authres.AuthenticationResult") -> DkimResult:
    properties = {f"{item.type}.{item.name}": str(item.value) for item in one.properties}
    return DkimResult(
        result=str(one.result),
        domain=properties.get("header.d", properties.get("header.i", "").rpartition("@")[2]),
        selector=properties.get("header.s", ""),
    )
