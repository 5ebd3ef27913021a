"""Holds what a stack says of the way to its server against what SSH takes."""

import ipaddress
import re
from collections.abc import Iterator

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_ssh_public_key

from mail.finding import Finding
from settings.settings import Ssh
from settings.stack_file import SOURCE

KEY_SOURCE = "pulumi-command, connection.hostKey"
PLACEHOLDER = "EXAMPLE"
_KEY_FILE = "/etc/ssh/ssh_host_ed25519_key.pub"
_USER = re.compile(r"[a-z_][a-z0-9_.-]{0,31}", re.IGNORECASE)
_HOST = re.compile(r"[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?", re.IGNORECASE)


def check(ssh: Ssh) -> Iterator[Finding]:
    """Yield what is wrong with the way to the host."""
    if not _USER.fullmatch(ssh.user):
        cure = "write the name you log in with; any other than root needs sudo without a password"
        yield _finding("ssh-user", "user", f"{ssh.user!r} is no user's name", cure)
    if ssh.address is not None and not _is_place(ssh.address):
        reason = f"{ssh.address!r} is neither an IP address nor a host's name"
        cure = "write the address alone: user and port are settings of their own"
        yield _finding("ssh-address", "address", reason, cure)
    if ssh.key_file is not None and ssh.key_file.endswith(".pub"):
        reason = f"{ssh.key_file!r} is the public half of a key; logging in takes the private one"
        cure = f"write {ssh.key_file.removesuffix('.pub')!r}"
        yield _finding("ssh-key-file", "keyFile", reason, cure)
    if PLACEHOLDER in ssh.host_key:
        cure = f"write the first two words of {_KEY_FILE} on the server"
        reason = "it is the example's, which no server has"
        yield _finding("ssh-host-key-example", "hostKey", reason, cure, KEY_SOURCE)
    elif not _is_ed25519(ssh.host_key):
        reason, cure = _why_not(ssh.host_key)
        yield _finding("ssh-host-key", "hostKey", reason, cure, KEY_SOURCE)


def _is_place(value: str) -> bool:
    try:
        ipaddress.ip_address(value)
    except ValueError:
        return bool(_HOST.fullmatch(value))
    return "%" not in value


def _is_ed25519(key: str) -> bool:
    if not key.startswith("ssh-ed25519 "):
        return False
    try:
        return isinstance(load_ssh_public_key(key.encode()), Ed25519PublicKey)
    except (ValueError, UnsupportedAlgorithm):
        return False


def _why_not(key: str) -> tuple[str, str]:
    cure = f"write the first two words of {_KEY_FILE} on the server (ssh-ed25519 AAAA…)"
    kind, _, rest = key.partition(" ")
    if kind == "ssh-ed25519":
        return "what follows ssh-ed25519 is no complete key", cure
    if kind.startswith(("SHA256:", "MD5:")):
        return "it is the fingerprint of a key, and the key itself is needed", cure
    if kind.startswith(("ssh-rsa", "ssh-dss", "ecdsa-", "sk-")):
        return f"it is a key of the kind {kind}, and only Ed25519 ones are pinned", cure
    if rest.startswith("ssh-ed25519 "):
        return f"{kind!r} stands before the key", f"remove that word: {rest!r}"
    return "it is no Ed25519 key", cure


def _finding(rule: str, key: str, reason: str, cure: str, source: str = SOURCE) -> Finding:
    return Finding(id=rule, key=f"host.ssh.{key}", reason=reason, cure=cure, source=source)
