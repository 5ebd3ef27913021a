"""Checks what a stack says of the way to its server: login, address, and the pinned host key."""

import ipaddress
import re
from collections.abc import Iterator

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_ssh_public_key

from mail.finding import Finding
from mail.rule import Rule
from settings.settings import Ssh
from settings.stack_file import SOURCE

PLACEHOLDER = "EXAMPLE"
_KEY_FILE = "/etc/ssh/ssh_host_ed25519_key.pub"
_KEY_SOURCE = "RFC 4251 §4.1"
_KEY = "host.ssh.hostKey"

USER = Rule(
    id="ssh-user",
    source=SOURCE,
    why="The program logs in as this user, whose name is that of an account of the server.",
    cure="write the name you log in with; any other than root needs sudo without a password",
)
ADDRESS = Rule(
    id="ssh-address",
    source=SOURCE,
    why="SSH connects to an IP address or a host's name; user and port have settings of their own.",
    cure="write the address alone: user and port are settings of their own",
)
KEY_FILE = Rule(
    id="ssh-key-file",
    source=SOURCE,
    why="Logging in takes the private half of a key, and the server has the public one.",
    cure="name the file of the private key, mostly the same without .pub",
)
HOST_KEY_EXAMPLE = Rule(
    id="ssh-host-key-example",
    source=_KEY_SOURCE,
    why="The example's host key is a placeholder that no server has.",
    cure=f"write the first two words of {_KEY_FILE} on the server",
)
HOST_KEY = Rule(
    id="ssh-host-key",
    source=_KEY_SOURCE,
    why="Nothing is sent to a server that does not prove by its Ed25519 key that it is the right "
    "one.",
    cure=f"write the first two words of {_KEY_FILE} on the server (ssh-ed25519 AAAA…)",
)

_USER = re.compile(r"[a-z_][a-z0-9_.-]{0,31}", re.IGNORECASE)
_HOST = re.compile(r"[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?", re.IGNORECASE)


def check(ssh: Ssh) -> Iterator[Finding]:
    """Yield what is wrong with the way to the host."""
    if not _USER.fullmatch(ssh.user):
        yield USER.found("host.ssh.user", reason=f"{ssh.user!r} is not a user's name")
    if ssh.address is not None and not _is_place(ssh.address):
        reason = f"{ssh.address!r} is neither an IP address nor a host's name"
        yield ADDRESS.found("host.ssh.address", reason=reason)
    if ssh.key_file is not None and ssh.key_file.endswith(".pub"):
        reason = f"{ssh.key_file!r} is the public half of a key; logging in takes the private one"
        cure = f"write {ssh.key_file.removesuffix('.pub')!r}"
        yield KEY_FILE.found("host.ssh.keyFile", reason=reason, cure=cure)
    if PLACEHOLDER in ssh.host_key:
        yield HOST_KEY_EXAMPLE.found(_KEY, reason="it is the example's, which no server has")
    elif not _is_ed25519(ssh.host_key):
        yield _not_a_key(ssh.host_key)


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


def _not_a_key(key: str) -> Finding:
    kind, _, rest = key.partition(" ")
    if kind == "ssh-ed25519":
        return HOST_KEY.found(_KEY, reason="what follows ssh-ed25519 is not a complete key")
    if kind.startswith(("SHA256:", "MD5:")):
        reason = "it is the fingerprint of a key, and the key itself is needed"
        return HOST_KEY.found(_KEY, reason=reason)
    if kind.startswith(("ssh-rsa", "ssh-dss", "ecdsa-", "sk-")):
        reason = f"it is a key of the kind {kind}, and only Ed25519 ones are pinned"
        return HOST_KEY.found(_KEY, reason=reason)
    if rest.startswith("ssh-ed25519 "):
        reason = f"{kind!r} stands before the key"
        return HOST_KEY.found(_KEY, reason=reason, cure=f"remove that word: {rest!r}")
    return HOST_KEY.found(_KEY, reason="it is not an Ed25519 key")
