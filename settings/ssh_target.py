"""How the host is reached: read from the stack's configuration, never kept as an input.

The process of the dynamic providers, which is the one that logs in, reads it here. So no resource
changes when the SSH key or the port does.
"""

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import load_ssh_private_key

from mail.rule import Rule
from settings import stack_file
from settings.stack_file import SOURCE, StackFileError

ConfigReader = Callable[[str], object]

REACH = Rule(
    id="ssh-reach",
    source=SOURCE,
    why="The program must know where the server is, by which key it proves itself, and how to log "
    "in.",
    cure="say how the host is reached: ipv4, ssh.hostKey",
)


class SshTargetError(ValueError):
    """The stack does not say how to reach the host; ``finding`` names the key and the cure."""

    def __init__(self, key: str, *, reason: str, cure: str | None = None) -> None:
        self.finding = REACH.found(key, reason=reason, cure=cure)
        super().__init__(f"tapal:{key}: {reason}; {self.finding.cure}")


@dataclass(frozen=True, kw_only=True)
class SshTarget:
    """One SSH destination.

    Attributes:
        address: IP address or name to dial.
        port: TCP port of sshd.
        user: login; any other than root is expected to have password-less sudo.
        host_key: the pinned public key, ``ssh-ed25519 AAAA…``.
        private_key: OpenSSH private key text; None leaves the choice to the SSH agent.
        as_root: whether commands are run as root, or as whoever logs in.
    """

    address: str
    port: int = 22
    user: str = "root"
    host_key: str
    private_key: str | None = field(default=None, repr=False)
    as_root: bool = True

    @property
    def sudo(self) -> str:
        """Return the prefix that makes a command run as root; empty where none is needed."""
        return "sudo -n " if self.as_root and self.user != "root" else ""


def private_key(get: ConfigReader, key_file: str | None) -> str | None:
    """Return the private key: the stack's secret, the environment's, a key file's, or None (agent).

    Raises:
        SshTargetError: ``host.ssh.keyFile`` names a file that cannot be read.
    """
    secret = get("tapal:sshPrivateKey") or os.environ.get("TAPAL_SSH_PRIVATE_KEY")
    if secret:
        return _readable(str(secret).rstrip("\n") + "\n")
    return None if key_file is None else in_file(key_file)


def in_file(key_file: str) -> str:
    """Return the private key that ``key_file`` holds.

    Raises:
        SshTargetError: it cannot be read, has a passphrase, or is not an OpenSSH private key.
    """
    place = "host.ssh.keyFile"
    try:
        text = Path(key_file).expanduser().read_text(encoding="utf-8")
    except OSError as error:
        raise SshTargetError(
            place,
            reason=f"{key_file} cannot be read ({error.strerror})",
            cure="name a key file of this machine, or set tapal:sshPrivateKey",
        ) from error
    except UnicodeDecodeError:
        text = ""
    cure = "name a file that ssh-keygen wrote, the private half (without .pub)"
    return _readable(text, place, f"{key_file} is not an OpenSSH private key", cure)


def _readable(
    key: str,
    place: str = "sshPrivateKey",
    reason: str = "it is not an OpenSSH private key",
    cure: str = "pass the whole file of a key without a passphrase, line ends and all: "
    "pulumi config set --secret tapal:sshPrivateKey < FILE",
) -> str:
    # Refused before anything starts: the SSH library's own words name no setting and no cure.
    try:
        load_ssh_private_key(key.encode(), password=None)
        if len(key.splitlines()) < 3:
            raise ValueError("its line ends are lost")  # noqa: TRY301 - one handler for both
    except TypeError:
        reason = "the key has a passphrase, which nobody can type in the middle of a run"
        cure = "add it to the SSH agent (ssh-add) and name no key here, or make one without"
        raise SshTargetError(place, reason=reason, cure=cure) from None
    except (ValueError, UnsupportedAlgorithm):
        raise SshTargetError(place, reason=reason, cure=cure) from None
    return key


def read_ssh_target(get: ConfigReader) -> SshTarget:
    """Read the destination from the configuration as Pulumi hands it out (objects as JSON text).

    Args:
        get: look-up of a complete key such as ``tapal:host``.

    Raises:
        SshTargetError: neither the stack nor the one that ``tapal:hostStack`` names has a host, or
            the host has no address or host key.
    """
    host = _host(get)
    ssh = host.get("ssh")
    if not isinstance(ssh, dict) or "hostKey" not in ssh or "ipv4" not in host:
        cure = "give ipv4 and ssh.hostKey: nothing is sent to a host that is not pinned"
        raise SshTargetError("host.ssh", reason="it does not say which host to trust", cure=cure)
    return SshTarget(
        address=str(ssh.get("address") or host["ipv4"]).strip(),
        port=int(ssh.get("port") or 22),
        user=str(ssh.get("user") or "root").strip(),
        host_key=" ".join(str(ssh["hostKey"]).split()[:2]),
        private_key=private_key(get, ssh.get("keyFile")),
    )


def _host(get: ConfigReader) -> Mapping[str, Any]:
    """Return the stack's own host, or that in the file of ``tapal:hostStack``."""
    raw = get("tapal:host")
    own: object = json.loads(raw) if isinstance(raw, str) else raw
    if isinstance(own, dict) and own:
        return own
    stack = get("tapal:hostStack")
    if not stack:
        raise SshTargetError("host", reason="it is missing")
    # The file, not the other stack's outputs: the provider's process has only the configuration.
    try:
        other = stack_file.config(str(stack)).get("tapal:host")
    except StackFileError as error:
        cure = "name a stack of this project"
        raise SshTargetError("hostStack", reason=str(error), cure=cure) from error
    return other if isinstance(other, dict) else {}
