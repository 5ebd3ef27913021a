"""Signatures by the host's ``openssl``: the standard library has none.

A process for each signature, some 5 ms. The program reads the key itself, so none is in Python's
memory.
"""

import base64
import hashlib
import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

PROGRAM = "/usr/bin/openssl"
PATIENCE = 10  # seconds


class SigningError(Exception):
    """There is no signature; the message says why."""


def sign(algorithm: str, key: Path, data: bytes) -> bytes:
    """Return the signature of ``data`` in base64.

    Args:
        algorithm: ``rsa-sha256`` (RFC 6376 §3.3.1) or ``ed25519-sha256`` (RFC 8463 §3).
        key: A private key as PEM.
        data: What is signed.

    Raises:
        SigningError: `PROGRAM` says no, or does not answer.
        OSError: It is not there.
    """
    if algorithm == "rsa-sha256":
        return base64.b64encode(_run(["dgst", "-sha256", "-sign", str(key)], data))
    # DKIM signs the hash as if it were the text; openssl wants that as a file whose size it knows.
    text = os.memfd_create("hash")
    try:
        os.write(text, hashlib.sha256(data).digest())
        source = f"/proc/self/fd/{text}"
        words = ["pkeyutl", "-sign", "-rawin", "-inkey", str(key), "-in", source]
        return base64.b64encode(_run(words, b"", text))
    finally:
        os.close(text)


def _run(words: Sequence[str], data: bytes, *inherited: int) -> bytes:
    try:
        done = subprocess.run(
            [PROGRAM, *words],
            input=data,
            capture_output=True,
            check=False,
            timeout=PATIENCE,
            pass_fds=inherited,
            env={},
        )
    except subprocess.TimeoutExpired as error:
        raise SigningError(f"openssl has not answered for {PATIENCE} s") from error
    if done.returncode or not done.stdout:
        reason = done.stderr.decode("utf-8", "replace").strip()
        raise SigningError(f"openssl has not signed: {reason or done.returncode}")
    return done.stdout
