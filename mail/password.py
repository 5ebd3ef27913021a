"""Passwords of mail accounts: made, and hashed with chasquid's own scheme.

chasquid stores scrypt with N = 2^14, r = 8, p = 1, 32 bytes (its ``user-add``). Hashing happens
here, so that the host only ever sees the hash. The salt is an argument, not drawn inside: drawn
anew each time, the users file would change at every run.
"""

import hmac
import re
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cryptography.hazmat.primitives.kdf.scrypt import Scrypt as Kdf

from mail.finding import Finding
from mail.rule import Rule

LOG_N = 14
BLOCK_SIZE = 8
PARALLEL = 1
KEY_LENGTH = 32
SALT_LENGTH = 16
GENERATED_BYTES = 24  # 192 bits: 32 characters, which need no quoting anywhere
SHORTEST = 12

_SOURCE = "RFC 4616 §2"
_CURE = f"leave it out to have one made, or give at least {SHORTEST} printable characters"

EMPTY = Rule(
    id="password-empty",
    source=_SOURCE,
    why="An account without a password is open to everybody.",
    cure=_CURE,
)
CONTROL = Rule(
    id="password-control",
    source=_SOURCE,
    why="Programs cannot send a control character in a password; most often it was pasted along.",
    cure=_CURE,
)
SHORT = Rule(
    id="password-short",
    source=_SOURCE,
    level="warning",
    why=f"A password of fewer than {SHORTEST} characters can be guessed.",
    cure=_CURE,
)
WORST = Rule(
    id="password-worst",
    source="NIST SP 800-63B §3.1.1.2",
    why="Passwords that many people have, or that are made of names and years, are tried first by "
    "whoever guesses.",
    cure=_CURE,
)
WEAK = Rule(
    id="password-weak",
    source="NIST SP 800-63B §3.1.1.2",
    level="warning",
    why="A password of fewer than a hundred million guesses is found if its hash is stolen.",
    cure=_CURE,
)
# Of zxcvbn's score: 0 and 1 take fewer than 10^6 guesses, 2 fewer than 10^8, 3 fewer than 10^10.
WORST_SCORE, WEAK_SCORE = 1, 2
LONGEST_SCORED = 72  # characters: more are strong, and take zxcvbn long


@dataclass(frozen=True, kw_only=True)
class Scrypt:
    """A hashed password with everything needed to check it."""

    log_n: int
    r: int
    p: int
    key_length: int
    salt: bytes
    encrypted: bytes

    def matches(self, password: str) -> bool:
        """Return whether this is the hash of ``password``."""
        cost = 2**self.log_n
        kdf = Kdf(salt=self.salt, length=self.key_length, n=cost, r=self.r, p=self.p)
        return hmac.compare_digest(kdf.derive(password.encode()), self.encrypted)


def generate() -> str:
    """Return a new random password: 192 bits in URL-safe characters.

    It begins with a letter or a digit: many programs take what begins with ``-`` for an option.
    """
    while not (made := secrets.token_urlsafe(GENERATED_BYTES))[0].isalnum():
        pass
    return made


def new_salt() -> bytes:
    """Return a new random salt of 16 bytes."""
    return secrets.token_bytes(SALT_LENGTH)


def scrypt(password: str, salt: bytes) -> Scrypt:
    """Return the hash of ``password`` (its UTF-8 bytes) with ``salt``, in chasquid's scheme."""
    kdf = Kdf(salt=salt, length=KEY_LENGTH, n=2**LOG_N, r=BLOCK_SIZE, p=PARALLEL)
    return Scrypt(
        log_n=LOG_N,
        r=BLOCK_SIZE,
        p=PARALLEL,
        key_length=KEY_LENGTH,
        salt=salt,
        encrypted=kdf.derive(password.encode()),
    )


def check(password: str, key: str, known: Sequence[str] = ()) -> list[Finding]:
    """Return what is wrong with a given password. No finding ever shows the password.

    Args:
        password: in plain text.
        key: path of the setting.
        known: what anybody would try first: the account's name, its domain.
    """
    if not password:
        return [EMPTY.found(key, reason="the password is empty")]
    findings = []
    if "\0" in password or any(not character.isprintable() for character in password):
        # AUTH PLAIN separates fields by NUL (RFC 4616); a newline is nearly always a paste error.
        findings.append(CONTROL.found(key, reason="the password holds a control character"))
    if len(password) < SHORTEST:
        reason = f"the password has only {len(password)} characters"
        findings.append(SHORT.found(key, reason=reason))
    return [*findings, *_guessed(password, key, known)]


def _guessed(password: str, key: str, known: Sequence[str]) -> Iterator[Finding]:
    # Imported here: its lists of words cost a tenth of a second, and few stacks give passwords.
    from zxcvbn import zxcvbn  # noqa: PLC0415

    if len(password) > LONGEST_SCORED:
        return
    words = [part for one in known for part in (one, *re.split(r"[@.]", one)) if part]
    found = zxcvbn(password, user_inputs=words)
    guesses = f"it takes about {_rounded(int(found['guesses']))} guesses"
    if found["score"] <= WORST_SCORE:
        yield WORST.found(key, reason=f"the password is among the first that are tried: {guesses}")
    elif found["score"] <= WEAK_SCORE:
        yield WEAK.found(key, reason=f"the password is weak: {guesses}")


def _rounded(guesses: int) -> str:
    return f"{10 ** (len(str(guesses)) - 1):,}".replace(",", " ")
