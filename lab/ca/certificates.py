"""The lab's own TLS: a root and the certificates of services that are not under test.

Everything is derived from names, so that every machine has the same root: ``lab/ca/ca.pem`` is
that root, and a stack file can name it. Keys protect nothing here; see ``lab.keys``.
"""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

_FROM = datetime(2025, 1, 1, tzinfo=UTC)
_UNTIL = datetime(2045, 1, 1, tzinfo=UTC)
_ROOT = "tapal lab root"


@dataclass(frozen=True, kw_only=True)
class Issued:
    """A certificate and its key, both PEM."""

    certificate: str
    key: str


def root() -> str:
    """Return the lab's root certificate as PEM, the same on every machine.

    Ed25519, because its signatures are a function of key and content (RFC 8032 5.1.6).
    """
    key = _root_key()
    name = _name(_ROOT)
    usage = x509.KeyUsage(
        digital_signature=True, key_cert_sign=True, crl_sign=True, content_commitment=False,
        key_encipherment=False, data_encipherment=False, key_agreement=False,
        encipher_only=False, decipher_only=False,
    )  # fmt: skip
    made = (
        _builder(_ROOT)
        .subject_name(name)
        .public_key(key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    return made.sign(key, None).public_bytes(Encoding.PEM).decode()


def issue(*names: str) -> Issued:
    """Return a server certificate for ``names`` (ECDSA P-256), signed by the lab's root."""
    root_key = _root_key()
    key = ec.derive_private_key(_number(f"key of {names}"), ec.SECP256R1())
    alternatives = x509.SubjectAlternativeName([x509.DNSName(name) for name in names])
    authority = x509.AuthorityKeyIdentifier.from_issuer_public_key(root_key.public_key())
    identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])
    made = (
        _builder(*names)
        .subject_name(_name(names[0]))
        .public_key(key.public_key())
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(alternatives, critical=False)
        .add_extension(usage, critical=False)
        .add_extension(identifier, critical=False)
        .add_extension(authority, critical=False)
    )
    return Issued(
        certificate=made.sign(root_key, None).public_bytes(Encoding.PEM).decode(),
        key=key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode(),
    )


def _builder(*names: str) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .issuer_name(_name(_ROOT))
        .serial_number(_number(f"serial of {names}") >> 100)  # RFC 5280 4.1.2.2: ≤ 20 octets
        .not_valid_before(_FROM)
        .not_valid_after(_UNTIL)
    )


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _root_key() -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(hashlib.sha256(_ROOT.encode()).digest())


def _number(purpose: str) -> int:
    """Return a number below the order of P-256 that is a function of ``purpose``."""
    return int.from_bytes(hashlib.sha256(f"tapal lab: {purpose}".encode()).digest()) >> 1
