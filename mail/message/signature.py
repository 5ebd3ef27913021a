"""Verifies the DKIM signatures of a message on our own account, with dkimpy.

A second opinion beside the receiver's: RFC 6376 §6 for RSA, RFC 8463 for Ed25519.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

import dkim as dkimpy

TxtLookup = Callable[[str], str | None]
"""``txt_lookup(name)`` returns the TXT value at ``name``, its strings joined, or None."""

_TAG = re.compile(r"(?:^|;)\s*([a-z]+)\s*=\s*([^;]*)", re.IGNORECASE)
_HEADERS_END = re.compile(rb"\r?\n\r?\n")
_FIELD = re.compile(rb"^dkim-signature:((?:.*)(?:\r?\n[ \t].*)*)", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True, kw_only=True)
class SignatureResult:
    """One signature: whose it is, and whether it holds; ``reason`` says why not."""

    domain: str
    selector: str
    algorithm: str
    passed: bool
    reason: str = ""


def tags(raw: bytes) -> list[dict[str, str]]:
    """Return the tags of each DKIM-Signature of a message, from the top down."""
    headers = _HEADERS_END.split(raw, maxsplit=1)[0]
    found = []
    for match in _FIELD.finditer(headers):
        value = match[1].decode("ascii", "replace")
        found.append({tag.lower(): re.sub(r"\s+", "", text) for tag, text in _TAG.findall(value)})
    return found


def verify(raw: bytes, txt_lookup: TxtLookup) -> list[SignatureResult]:
    """Verify every DKIM-Signature of a message, from the top down; none gives an empty list."""
    return [
        SignatureResult(
            domain=signature.get("d", ""),
            selector=signature.get("s", ""),
            algorithm=signature.get("a", ""),
            passed=not (reason := _verify_one(raw, index, txt_lookup)),
            reason=reason,
        )
        for index, signature in enumerate(tags(raw))
    ]


def _verify_one(raw: bytes, index: int, txt_lookup: TxtLookup) -> str:
    """Return the reason why signature number ``index`` does not hold; empty if it does."""

    def lookup(name: bytes, timeout: float = 5) -> bytes | None:  # noqa: ARG001 - dkimpy's call
        value = txt_lookup(name.decode().rstrip("."))
        return None if value is None else value.encode()

    try:
        held = dkimpy.DKIM(raw).verify(idx=index, dnsfunc=lookup)
    except (dkimpy.DKIMException, ValueError) as error:
        return str(error) or type(error).__name__
    return "" if held else "the signature does not match the headers"
