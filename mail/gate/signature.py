"""A DKIM signature (RFC 6376) beside those that chasquid has just made, over some fields more.

chasquid hands its hook the mail with its own ``Received`` on top, and its signatures directly below
it, one for each key of the domain. The first of them says all that another one needs: domain,
selector, which fields, and the hash of the whole body, which therefore is not read again. What a
client wrote stands further down. Were it taken for chasquid's all the same, since chasquid made
none, the client would get a signature over a body of its choice; but whoever may send in the
domain's name may have any body signed, and a wrong one only makes the signature fail.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from mail.gate import openssl

ALGORITHMS = (b"rsa-sha256", b"ed25519-sha256")  # RSA is what every receiver verifies
NAME = b"DKIM-Signature"
_FOLDED = re.compile(rb"\r?\n(?![ \t])")
_BLANKS = re.compile(rb"[ \t\r\n]+")
_TAG = re.compile(rb"[ \t]*([a-z]+)[ \t]*=([^;]*)(?:;|$)")
_SELECTOR = re.compile(r"[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?", re.IGNORECASE)
_WIDE = 70


@dataclass(frozen=True)
class Given:
    """What a signature of chasquid's says, and the key that it was made with."""

    tags: Mapping[str, bytes]
    key: Path


def added(head: bytes, folder: Path, more: "tuple[bytes, ...]") -> bytes:
    """Return one more ``DKIM-Signature`` field for the mail of this ``head``.

    Args:
        head: The head, as chasquid hands it to its hook.
        folder: Where the keys of the domain lie.
        more: Fields to sign beside chasquid's, in lower case; further ones cannot be added later.

    Returns:
        Nothing if chasquid did not sign the mail.

    Raises:
        OSError: The key cannot be used.
        openssl.SigningError: The key cannot be used.
    """
    fields = [one for one in _FOLDED.split(head) if one]
    given = _given(fields, folder)
    if given is None:
        return b""
    signed = [_name(one) for one in given.tags["h"].split(b":")]
    for name in more:
        count = sum(_name(field) == name for field in fields)
        signed += [name] * (count + 1 - signed.count(name))
    value = _unsigned(given, signed)
    data = b"".join(_relaxed(one) + b"\r\n" for one in _picked(fields, signed))
    data += _relaxed(NAME + b": " + value)
    encoded = openssl.sign(given.tags["a"].decode(), given.key, data)
    return NAME + b": " + value + b"\n\t ".join(_pieces(encoded)) + b"\n"


def _given(fields: "list[bytes]", folder: Path) -> "Given | None":
    """Return what to go by: of chasquid's signatures the one of the best algorithm."""
    found = list(_above(fields, folder))
    for algorithm in ALGORITHMS:
        for given in found:
            if given.tags["a"] == algorithm:
                return given
    if _is_signed(fields) and any(folder.glob("dkim:*.pem")):
        raise openssl.SigningError(f"no key in {folder} is one that chasquid signs with")
    return None


def _is_signed(fields: "list[bytes]") -> bool:
    return len(fields) > 1 and _name(fields[1]) == NAME.lower()


def _above(fields: "list[bytes]", folder: Path) -> Iterator[Given]:
    """Yield the signatures directly below the first field whose keys lie in ``folder``."""
    for field in fields[1:]:
        if _name(field) != NAME.lower():
            return
        value = field.partition(b":")[2]
        tags = {key.decode(): _BLANKS.sub(b"", text) for key, text in _TAG.findall(_flat(value))}
        if not {"a", "d", "s", "h", "bh"} <= tags.keys() or "l" in tags:
            continue
        if tags.get("c") != b"relaxed/relaxed":
            continue
        selector = tags["s"].decode("ascii", "replace")
        key = folder / f"dkim:{selector}.pem"
        if _SELECTOR.fullmatch(selector) and key.exists():
            yield Given(tags=tags, key=key)


def _unsigned(given: Given, signed: "list[bytes]") -> bytes:
    """Return the field's value up to the signature itself."""
    names = b":".join(signed)
    lines = [b""]
    for name in signed:
        if len(lines[-1]) + len(name) > _WIDE:
            lines.append(b"")
        lines[-1] += name + b":"
    names = b"\n\t ".join(lines).rstrip(b":")
    tags = given.tags
    time = b" t=" + tags["t"] + b";" if "t" in tags else b""
    return (
        b"v=1; a=" + tags["a"] + b"; c=relaxed/relaxed;\n\td=" + tags["d"] + b"; s=" + tags["s"]
        + b";" + time + b"\n\th=" + names + b";\n\tbh=" + tags["bh"] + b";\n\tb="
    )  # fmt: skip


def _picked(fields: "list[bytes]", signed: "list[bytes]") -> Iterator[bytes]:
    """Yield the fields that ``signed`` names: of several, the lowest first (RFC 6376 §5.4.2)."""
    left: dict[bytes, list[bytes]] = {}
    for field in fields:
        left.setdefault(_name(field), []).append(field)
    for name in signed:
        if left.get(name):
            yield left[name].pop()


def _name(field: bytes) -> bytes:
    return field.partition(b":")[0].strip().lower()


def _relaxed(field: bytes) -> bytes:
    """Return a field in the "relaxed" form (RFC 6376 §3.4.2), without its line end."""
    return _name(field) + b":" + _flat(field.partition(b":")[2]).strip(b" ")


def _flat(value: bytes) -> bytes:
    return _BLANKS.sub(b" ", value)


def _pieces(text: bytes) -> Iterator[bytes]:
    for start in range(0, len(text), _WIDE):
        yield text[start : start + _WIDE]
