"""DKIM: keys, records, names; judged by dkimpy as well."""

import base64

import dkim as dkimpy
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_public_key,
    load_pem_private_key,
)

from mail import dkim, txt
from tests.mail.fake_dns import Zone

MESSAGE = (
    b"From: i@example.com\r\nTo: you@x.test\r\nSubject: hello\r\n"
    b"Date: Mon, 1 Jan 2024 00:00:00 +0000\r\n\r\nbody\r\n"
)
RSA = dkim.generate("rsa")
ED25519 = dkim.generate("ed25519")


def sign(pem: str, algorithm: bytes) -> bytes:
    key = pem.encode()
    if algorithm == b"ed25519-sha256":  # dkimpy wants the bare seed
        private = load_pem_private_key(key, None)
        raw = private.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())
        key = base64.b64encode(raw)
    header = dkimpy.sign(
        MESSAGE,
        b"s1",
        b"example.com",
        key,
        signature_algorithm=algorithm,
        include_headers=[b"from", b"to", b"subject", b"date"],
    )
    return bytes(header) + MESSAGE


@pytest.mark.parametrize(("pem", "algorithm"), [(RSA, b"rsa-sha256"), (ED25519, b"ed25519-sha256")])
def test_dkimpy_verifies_with_our_record(pem: str, algorithm: bytes) -> None:
    zone = Zone({(dkim.record_name("s1", "example.com"), "TXT"): [dkim.record(pem)]})
    signed = sign(pem, algorithm)
    assert dkimpy.verify(signed, dnsfunc=zone.txt)
    assert not dkimpy.verify(signed.replace(b"body", b"bodY"), dnsfunc=zone.txt)
    other = Zone(
        {(dkim.record_name("s1", "example.com"), "TXT"): [dkim.record(dkim.generate("rsa"))]}
    )
    assert not dkimpy.verify(signed, dnsfunc=other.txt)


def test_rsa_record() -> None:
    record = dkim.record(RSA)
    assert record.startswith("v=DKIM1; k=rsa; p=MIIBIjAN")
    public = load_der_public_key(base64.b64decode(record.partition("p=")[2]))
    assert getattr(public, "key_size", None) == 2048
    assert txt.quote(record).count('" "') == 1  # longer than one string, no longer than two


def test_ed25519_record_is_the_bare_key() -> None:
    record = dkim.record(ED25519)
    assert record.startswith("v=DKIM1; k=ed25519; p=")
    assert len(base64.b64decode(record.partition("p=")[2])) == 32


def test_pem_is_pkcs8_and_never_twice_the_same() -> None:
    for algorithm in dkim.ALGORITHMS:
        pem = dkim.generate(algorithm)
        assert pem.startswith("-----BEGIN PRIVATE KEY-----\n")
        assert pem != dkim.generate(algorithm)


def test_other_keys_are_refused() -> None:
    curve = generate_private_key(SECP256R1())
    pem = curve.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    with pytest.raises(ValueError, match="RSA or Ed25519"):
        dkim.record(pem)
    with pytest.raises(ValueError, match="dsa"):
        dkim.generate("dsa")


def test_names() -> None:
    assert dkim.record_name("2026a", "example.com") == "2026a._domainkey.example.com"
    assert dkim.file_name("2026a") == "dkim:2026a.pem"


@pytest.mark.parametrize(
    ("state", "signs"), [("published", False), ("active", True), ("retired", False)]
)
def test_states(state: str, signs: bool) -> None:
    assert dkim.is_published(state)
    assert dkim.signs(state) is signs


def test_unknown_state_is_refused() -> None:
    for ask in (dkim.is_published, dkim.signs):
        with pytest.raises(ValueError, match="published, active, retired"):
            ask("gone")


@pytest.mark.parametrize("selector", ["2026a", "a", "s-1", "k1.eu", "a" * 63])
def test_selectors(selector: str) -> None:
    assert dkim.check_selector(selector, "k") == []


@pytest.mark.parametrize(
    "selector", ["", "2026A", "a_b", "-a", "a-", "a b", "a/b", "../x", "ü", "a..b", "a" * 64, "a:b"]
)
def test_selectors_refused(selector: str) -> None:
    (finding,) = dkim.check_selector(selector, "domains[0].dkim[0].selector")
    assert finding.id == "dkim-selector"
    assert finding.key == "domains[0].dkim[0].selector"


GOOD = [("r", "rsa", "active"), ("e", "ed25519", "active")]


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        (GOOD, []),
        ([*GOOD, ("n", "rsa", "published")], []),
        ([("r", "rsa", "active"), ("r", "ed25519", "active")], ["dkim-selector-twice"]),
        ([*GOOD, ("x", "dsa", "active")], ["dkim-algorithm"]),
        ([*GOOD, ("x", "rsa", "on")], ["dkim-state"]),
        ([("r", "rsa", "published")], ["dkim-unsigned"]),
        ([], ["dkim-unsigned"]),
        ([("e", "ed25519", "active")], ["dkim-no-rsa"]),
    ],
)
def test_check_keys(keys: list[tuple[str, str, str]], expected: list[str]) -> None:
    assert [finding.id for finding in dkim.check_keys(keys, "domains[0].dkim")] == expected


@pytest.mark.parametrize(
    "text", ["", "p=", "k=ed25519; p=AAAA", "p=!!", "k=rsa; p=AAAA", "=;=", "v=DKIM1", "p=é"]
)
def test_a_record_without_a_key_has_no_size(text: str) -> None:
    assert dkim.rsa_bits(text) is None


def test_the_size_of_an_rsa_key() -> None:
    assert dkim.rsa_bits(dkim.record(RSA)) == dkim.RSA_BITS
    assert dkim.rsa_bits(dkim.record(ED25519)) is None
