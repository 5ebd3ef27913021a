"""DKIM keys: made here, published as TXT, read by chasquid as ``dkim:SELECTOR.pem``.

The private key is PKCS#8 in PEM, which is what chasquid reads. The record is computed from that
very key, so the zone and the host cannot disagree. RSA-2048 is what every receiver verifies
(RFC 8301 §3.2 asks for at least 1024 and recommends 2048); Ed25519 is small and its record
carries the bare 32 bytes (RFC 8463 §4). chasquid signs with every key in the domain's folder.

A key lives through three states, each a change of its own: ``published`` (in the zone, not yet
on the host), ``active`` (signing), ``retired`` (off the host, still in the zone so that mail
already under way verifies). After that its entry is removed.
"""

import base64
import re
from typing import Literal, get_args

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_public_key,
    load_pem_private_key,
)

from mail.address import suggest
from mail.finding import Finding
from mail.rule import Rule

Algorithm = Literal["rsa", "ed25519"]
State = Literal["published", "active", "retired"]
ALGORITHMS: tuple[Algorithm, ...] = get_args(Algorithm)
STATES: tuple[State, ...] = get_args(State)
RSA_BITS = 2048

_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_ALGORITHMS = "RFC 8301 §3.1, RFC 8463 §3"

SELECTOR = Rule(
    id="dkim-selector",
    source="RFC 6376 §3.1",
    why="A selector becomes part of the DNS name that holds the public key.",
    cure='use lower-case letters, digits and hyphens, such as "2026a"',
)
SELECTOR_TWICE = Rule(
    id="dkim-selector-twice",
    source="RFC 6376 §3.1",
    why="Each key has its own selector, because a DNS name holds one key.",
    cure="give the new key a selector of its own",
)
ALGORITHM = Rule(
    id="dkim-algorithm",
    source=_ALGORITHMS,
    why="Receivers verify signatures by RSA and Ed25519 keys, and by no others.",
    cure=f"choose {' or '.join(ALGORITHMS)}",
)
STATE = Rule(
    id="dkim-state",
    source="docs/stack-files.md",
    why="A key is published, then active, then retired, and each step is a change of its own.",
    cure=f"choose {', '.join(STATES[:-1])} or {STATES[-1]}",
)
UNSIGNED = Rule(
    id="dkim-unsigned",
    source="RFC 9989 §4.4",
    level="warning",
    why="Without a signature DMARC rests on SPF alone, which fails for forwarded mail.",
    cure="set one RSA key's state to active",
)
NO_RSA = Rule(
    id="dkim-no-rsa",
    source=_ALGORITHMS,
    level="warning",
    why="Several large receivers verify RSA signatures only.",
    cure="add an active key with algorithm rsa beside the Ed25519 one",
)


def generate(algorithm: str) -> str:
    """Return a new private key as PKCS#8 PEM.

    Raises:
        ValueError: ``algorithm`` is not one of `ALGORITHMS`.
    """
    key: rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey
    if algorithm == "rsa":
        key = rsa.generate_private_key(public_exponent=65537, key_size=RSA_BITS)
    elif algorithm == "ed25519":
        key = ed25519.Ed25519PrivateKey.generate()
    else:
        raise ValueError(f"{algorithm!r} is not a DKIM algorithm; choose {' or '.join(ALGORITHMS)}")
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def record(private_pem: str) -> str:
    """Return the TXT value that publishes the public half of ``private_pem`` (RFC 6376 §3.6.1).

    Raises:
        ValueError: The text is not a private key, or one of another kind than RSA and Ed25519.
    """
    key = load_pem_private_key(private_pem.encode(), password=None)
    if isinstance(key, rsa.RSAPrivateKey):
        spki = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return f"v=DKIM1; k=rsa; p={base64.b64encode(spki).decode()}"
    if isinstance(key, ed25519.Ed25519PrivateKey):
        raw = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        return f"v=DKIM1; k=ed25519; p={base64.b64encode(raw).decode()}"
    raise ValueError("a DKIM key is RSA or Ed25519; this PEM holds another kind")


def rsa_bits(text: str) -> int | None:
    """Return the size of the RSA key in the DKIM record ``text``; None if it has none."""
    tags = dict(part.strip().split("=", 1) for part in text.split(";") if "=" in part)
    if tags.get("k", "rsa").strip().lower() != "rsa":
        return None
    try:
        # Spaces are allowed inside the base64 (RFC 6376 §3.2).
        key = load_der_public_key(base64.b64decode("".join(tags.get("p", "").split())))
    except (ValueError, UnsupportedAlgorithm):
        return None
    return key.key_size if isinstance(key, rsa.RSAPublicKey) else None


def record_name(selector: str, domain: str) -> str:
    """Return where the record of ``selector`` is published (RFC 6376 §3.6.2.1)."""
    return f"{selector}._domainkey.{domain}"


def file_name(selector: str) -> str:
    """Return the name under which chasquid finds the key in the domain's folder."""
    return f"dkim:{selector}.pem"


def is_published(state: str) -> bool:
    """Return whether a key in ``state`` has its record in the zone: in all three states.

    Raises:
        ValueError: ``state`` is not one of `STATES`.
    """
    return _known(state) in ("published", "active", "retired")


def signs(state: str) -> bool:
    """Return whether a key in ``state`` lies on the host and signs.

    Raises:
        ValueError: ``state`` is not one of `STATES`.
    """
    return _known(state) == "active"


def check_selector(selector: str, key: str) -> list[Finding]:
    """Return what is wrong with ``selector``: DNS labels separated by dots, in lower case."""
    if all(_LABEL.fullmatch(label) for label in selector.split(".")) and len(selector) <= 63:
        return []
    reason = f"{selector!r} cannot be a DKIM selector: it becomes part of a DNS name"
    return [SELECTOR.found(key, reason=reason)]


def check_keys(keys: list[tuple[str, str, str]], key: str) -> list[Finding]:
    """Return what is wrong with a domain's keys, each ``(selector, algorithm, state)``."""
    findings: list[Finding] = []
    seen: set[str] = set()
    for index, (selector, algorithm, state) in enumerate(keys):
        place = f"{key}[{index}]"
        findings += check_selector(selector, f"{place}.selector")
        findings += _check_algorithm(algorithm, f"{place}.algorithm")
        findings += _check_state(state, f"{place}.state")
        if selector in seen:
            reason = f"selector {selector!r} is given twice, and one name holds one key"
            findings.append(SELECTOR_TWICE.found(f"{place}.selector", reason=reason))
        seen.add(selector)
    return findings + _check_signing(keys, key)


def _check_algorithm(value: str, key: str) -> list[Finding]:
    if value in ALGORITHMS:
        return []
    reason = f"{value!r} is not an algorithm of a DKIM key"
    return [ALGORITHM.found(key, reason=reason, cure=_spelt(value, ALGORITHMS))]


def _check_state(value: str, key: str) -> list[Finding]:
    if value in STATES:
        return []
    reason = f"{value!r} is not a state of a DKIM key"
    return [STATE.found(key, reason=reason, cure=_spelt(value, STATES))]


def _spelt(value: str, choices: tuple[str, ...]) -> str | None:
    """Return the cure for a misspelt one of ``choices``; None if ``value`` resembles none."""
    near = suggest(value, choices)
    return f"write {near!r}" if near else None


def _check_signing(keys: list[tuple[str, str, str]], key: str) -> list[Finding]:
    active = {algorithm for _, algorithm, state in keys if state == "active"}
    if not active:
        reason = "no key is active, so this domain's mail leaves unsigned and DMARC rests on SPF"
        return [UNSIGNED.found(key, reason=reason)]
    if "rsa" not in active:
        reason = "no RSA key is active, and several large receivers verify RSA only"
        return [NO_RSA.found(key, reason=reason)]
    return []


def _known(state: str) -> str:
    if state not in STATES:
        raise ValueError(f"{state!r} is not a state of a DKIM key; choose {', '.join(STATES)}")
    return state
