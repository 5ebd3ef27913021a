"""What works and could be better: advice for a reviewer of a stack, never repeated at a preview."""

import base64
import re
from collections.abc import Sequence
from dataclasses import dataclass

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_der_public_key

from mail import dkim
from mail.finding import Finding

NONE_DAYS = 30
"""How long p=none is a way to gather reports; after that it is a habit."""

SOFTFAIL_DAYS = 180
RSA_BITS = dkim.RSA_BITS
_YEAR = re.compile(r"(?<![0-9])(20[0-9]{2})(?![0-9])")


@dataclass(frozen=True, kw_only=True)
class Age:
    """How long something has been as it is.

    Attributes:
        days: At least so many; None if nothing tells.
        known: Where it is not the whole truth, why: ``the clone is shallow …``; else empty.
    """

    days: int | None
    known: str = ""

    def __str__(self) -> str:
        if self.days is None:
            return f"age unknown: {self.known}"
        plural = "day" if self.days == 1 else "days"
        return (
            f"at least {self.days} {plural}: {self.known}"
            if self.known
            else f"{self.days} {plural}"
        )


def check_none(age: Age, key: str) -> list[Finding]:
    """Return what to say of a policy of none that is ``age`` old."""
    if age.days is not None and age.days < NONE_DAYS and not age.known:
        return []
    reason = f"p=none asks receivers to do nothing about forged mail ({age})"
    cure = f"after {NONE_DAYS} days of reports that show only your own servers: quarantine"
    return [_advice("dmarc-none-old", key, reason, cure, "RFC 9989 §4.7")]


def check_softfail(age: Age, key: str) -> list[Finding]:
    """Return what to say of an SPF record that has ended in ~all for ``age``."""
    if age.days is None or age.days < SOFTFAIL_DAYS:
        return []
    reason = f"~all leaves mail from elsewhere undecided ({age})"
    cure = "once reports show only your own servers, set all: fail"
    return [_advice("spf-softfail-old", key, reason, cure, "RFC 7208 §8.5")]


def check_reports(reports: Sequence[str], key: str) -> list[Finding]:
    """Return what to say of a domain that asks for no aggregate reports."""
    if reports:
        return []
    reason = "nobody is told who sends as this domain, so the policy cannot be raised safely"
    return [_advice("dmarc-no-reports", key, reason, "name an address", "RFC 9990 §1")]


def check_keys(keys: Sequence[tuple[str, str, str]], year: int, key: str) -> list[Finding]:
    """Return what to say of a domain's keys, each ``(selector, algorithm, state)``, in ``year``."""
    findings = []
    active = {algorithm for _, algorithm, state in keys if state == "active"}
    if active == {"rsa"}:
        reason = "RSA alone signs: no receiver can fall back on another kind of key"
        cure = "add a key with algorithm: ed25519 beside it"
        findings.append(_advice("dkim-no-ed25519", key, reason, cure, "RFC 8463 §1"))
    for index, (selector, _, state) in enumerate(keys):
        named = _YEAR.search(selector)
        if state == "active" and named and int(named[1]) < year:
            reason = f"{selector} signs and is named for {named[1]}"
            cure = "add a new key as published, then make it active and retire this one"
            place = f"{key}[{index}].selector"
            source = "M3AAWG DKIM Key Rotation Best Common Practices"
            findings.append(_advice("dkim-key-old", place, reason, cure, source))
    return findings


def check_ipv6(address: str | None, key: str) -> list[Finding]:
    """Return what to say of a host without an IPv6 address."""
    if address is not None:
        return []
    reason = "the server has no IPv6 address, and mail to and from IPv6 alone is lost"
    cure = "most providers give one with the server: write the address, and set its reverse DNS"
    return [_advice("host-no-ipv6", key, reason, cure, "RFC 6540 §2")]


def check_published_key(records: Sequence[str], name: str, key: str) -> list[Finding]:
    """Return what to say of the DKIM record that ``name`` holds in the DNS; none is no matter.

    Args:
        records: The TXT values there.
        name: Where they are.
        key: Path of the selector.
    """
    bits = [found for text in records if (found := rsa_bits(text)) is not None]
    if not bits or min(bits) >= RSA_BITS:
        return []
    reason = f"{name} holds an RSA key of {min(bits)} bits"
    cure = f"publish a new key, of {RSA_BITS} bits: `pulumi up` makes those of this stack"
    return [_advice("dkim-key-weak", key, reason, cure, "RFC 8301 §3.2")]


def rsa_bits(record: str) -> int | None:
    """Return the size of the RSA key in a DKIM record; None if there is none to be read."""
    tags = dict(part.strip().split("=", 1) for part in record.split(";") if "=" in part)
    if tags.get("k", "rsa").strip().lower() != "rsa":
        return None
    try:
        # Spaces are allowed inside the base64 (RFC 6376 §3.2).
        key = load_der_public_key(base64.b64decode("".join(tags.get("p", "").split())))
    except (ValueError, UnsupportedAlgorithm):
        return None
    return key.key_size if isinstance(key, RSAPublicKey) else None


def _advice(rule: str, key: str, reason: str, cure: str, source: str) -> Finding:
    return Finding(id=rule, key=key, reason=reason, cure=cure, source=source, level="warning")
