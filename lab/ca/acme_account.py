"""Registers an account key with an ACME server (RFC 8555 7.3) and prints the account's address.

Run in the lab: ``python -m lab.ca.acme_account DIRECTORY CA`` with certbot's
``private_key.json`` (an RSA key as JWK) on standard input.
"""

import base64
import json
import ssl
import sys
import urllib.request
from collections.abc import Mapping

from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _number(text: str) -> int:
    return int.from_bytes(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))


def _rsa(jwk: Mapping[str, str]) -> rsa.RSAPrivateKey:
    public = rsa.RSAPublicNumbers(_number(jwk["e"]), _number(jwk["n"]))
    parts = {name: _number(jwk[name]) for name in ("p", "q", "d")}
    numbers = rsa.RSAPrivateNumbers(
        **parts,
        dmp1=_number(jwk["dp"]),
        dmq1=_number(jwk["dq"]),
        iqmp=_number(jwk["qi"]),
        public_numbers=public,
    )
    return numbers.private_key()


def register(directory: str, authority: str, jwk: Mapping[str, str]) -> str:
    """Return the address of the account of the key ``jwk``, made now if the server has none.

    Raises:
        urllib.error.URLError: the server does not answer, or refuses.
    """
    trust = ssl.create_default_context(cafile=authority)

    def ask(request: urllib.request.Request | str) -> tuple[Mapping[str, str], bytes]:
        with urllib.request.urlopen(request, timeout=10, context=trust) as answer:  # noqa: S310
            return answer.headers, answer.read()

    urls = json.loads(ask(directory)[1])
    nonce = ask(urls["newNonce"])[0]["Replay-Nonce"]
    header = {
        "alg": "RS256",
        "jwk": {name: jwk[name] for name in ("e", "kty", "n")},
        "nonce": nonce,
        "url": urls["newAccount"],
    }
    protected = _encode(json.dumps(header).encode())
    payload = _encode(json.dumps({"termsOfServiceAgreed": True}).encode())
    signature = _rsa(jwk).sign(f"{protected}.{payload}".encode(), padding.PKCS1v15(), SHA256())
    body = {"protected": protected, "payload": payload, "signature": _encode(signature)}
    request = urllib.request.Request(  # noqa: S310
        urls["newAccount"],
        json.dumps(body).encode(),
        {"Content-Type": "application/jose+json"},
    )
    return ask(request)[0]["Location"]


if __name__ == "__main__":
    print(register(sys.argv[1], sys.argv[2], json.load(sys.stdin)))
