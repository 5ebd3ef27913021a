"""The lab's SSH keys, derived from their names.

The VPS's host key is pinned in ``stacks/Pulumi.lab.yaml``, and the operator's key is an
(encrypted) setting there, so both must be the same on every machine. They protect nothing: the
VPS they open exists only inside the lab's own network namespaces.
"""

import hashlib

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)


def _key(purpose: str) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(hashlib.sha256(purpose.encode()).digest())


def private_key(purpose: str) -> str:
    """Return the private key for ``purpose`` (``host`` or ``operator``) in OpenSSH's format."""
    key = _key(f"tapal lab: {purpose} key")
    return key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()).decode()


def public_key(purpose: str) -> str:
    """Return the public half as one ``ssh-ed25519 AAAA…`` line without a comment."""
    key = _key(f"tapal lab: {purpose} key")
    return key.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()
