"""The server's SSH host key: given, recognised by its fingerprint, or shown to be compared.

A key that came over the network cannot be trusted until a person has compared it with the one that
the provider's console shows: anybody on the way could have sent it.
"""

import base64
import hashlib
import re
import subprocess

SCAN = "scan"
FINGERPRINT = "SHA256:"
_SECONDS = 10
_FINGERPRINT = re.compile(r"(?:^|\s)SHA256:([A-Za-z0-9+/]{43})=?(?:\s|$)")
_BARE = re.compile(r"([A-Za-z0-9+/]{43})=?")


class HostKeyError(Exception):
    """The key cannot be fetched; the message says why, and the cure."""


def wish(answer: str) -> str:
    """Return what ``answer`` asks for: `SCAN`, or a fingerprint; empty if it is the key itself.

    A fingerprint is found in the whole line of ``ssh-keygen -l`` too, and without its first word.
    """
    if answer.strip().lower() == SCAN:
        return SCAN
    found = _FINGERPRINT.search(answer) or _BARE.fullmatch(answer.strip())
    if found:
        return FINGERPRINT + found[1]
    return answer if answer.startswith(FINGERPRINT) else ""


def is_complete(answer: str) -> bool:
    """Return whether ``answer`` is meant as the key itself, correct or not."""
    return not wish(answer)


def fingerprint(key: str) -> str:
    """Return the key's fingerprint as ``ssh-keygen -l`` prints it.

    Raises:
        ValueError: ``key`` is not two words, the second of them base64.
    """
    blob = base64.b64decode(key.split()[1], validate=True)
    return FINGERPRINT + base64.b64encode(hashlib.sha256(blob).digest()).decode().rstrip("=")


def scan(address: str, port: str) -> str:
    """Return the Ed25519 key that the server at ``address`` shows, which is not proven yet.

    Raises:
        HostKeyError: nothing answers, or it has no such key.
    """
    argv = ["ssh-keyscan", "-T", "5", "-t", "ed25519", "-p", port, "--", address]
    try:
        done = subprocess.run(argv, capture_output=True, text=True, timeout=_SECONDS, check=False)
    except FileNotFoundError as error:
        raise HostKeyError("there is no ssh-keyscan here; install openssh-client") from error
    except subprocess.TimeoutExpired as error:
        raise HostKeyError(_silent(address, port)) from error
    lines = [line.split() for line in done.stdout.splitlines() if not line.startswith("#")]
    keys = [" ".join(words[1:3]) for words in lines if words[1:2] == ["ssh-ed25519"]]
    if not keys:
        raise HostKeyError(_silent(address, port))
    return keys[0]


def known(answer: str, address: str, port: str) -> str:
    """Return the server's key, whose fingerprint must be ``answer``.

    Raises:
        HostKeyError: it is another, or nothing answers.
    """
    key = scan(address, port)
    found = fingerprint(key)
    if found != wish(answer):
        raise HostKeyError(
            f"the server at {address} shows a key with another fingerprint: {found}. "
            "Read it again in the provider's console; if they differ still, somebody is in between"
        )
    return key


def _silent(address: str, port: str) -> str:
    return (
        f"no SSH server with an Ed25519 key answers at {address} port {port}; "
        "is it up, and is the address right?"
    )


def comparison(key: str) -> str:
    """Return a text that shows ``key``, and how a person finds out whether it is the right one."""
    return (
        f"  The server shows this key:  {key}\n"
        f"  Its fingerprint:            {fingerprint(key)}\n"
        "  Anybody on the way could have sent it. In the provider's console (not over SSH) type\n"
        "    ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub\n"
        "  and compare the fingerprint that it prints with the one above."
    )
