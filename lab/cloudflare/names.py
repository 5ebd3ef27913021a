"""Record names as Cloudflare stores them: complete, lower case, Punycode, no trailing dot."""

import re

import idna

from lab.cloudflare.errors import BAD_NAME, ApiError

# Underscores are for services and DKIM selectors, the asterisk for wildcards.
_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")


def complete(name: str, zone: str) -> str:
    """Return ``name`` as stored in ``zone``: ``@`` is the zone, a relative name gets it appended.

    Raises:
        ApiError: 9000, when it is not a DNS name (RFC 1035 2.3.4: labels of 63, names of 253).
    """
    plain = name.strip().removesuffix(".")
    if plain in {"", "@"}:
        return zone
    host = hostname(plain, wildcard=True)
    if host != zone and not host.endswith(f".{zone}"):
        host = f"{host}.{zone}"
    if len(host) > 253:
        raise ApiError(400, BAD_NAME)
    return host


def hostname(name: str, *, wildcard: bool = False) -> str:
    """Return ``name`` in lower-case Punycode without a trailing dot.

    Raises:
        ApiError: 9000, when a label is empty, too long, or has other characters than letters,
            digits, hyphens and underscores (``*`` as the leftmost label if ``wildcard``).
    """
    labels = [_label(label) for label in name.removesuffix(".").split(".")]
    checked = labels[1:] if wildcard and labels[0] == "*" else labels
    if not all(_LABEL.fullmatch(label) for label in checked):
        raise ApiError(400, BAD_NAME)
    return ".".join(labels)


def _label(label: str) -> str:
    if label.isascii():
        return label.lower()
    try:
        return idna.encode(label, uts46=True).decode()
    except idna.IDNAError as error:
        raise ApiError(400, BAD_NAME) from error
