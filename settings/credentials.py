"""Checks the credentials for zone and host, the API token and the SSH key, before they are used.

Without this the first `up` would stop half-way, with an error of the library that needs them.
"""

import os
import re
from collections.abc import Iterator

from mail.finding import Finding
from mail.rule import Rule
from settings.ssh_target import ConfigReader, SshTargetError, private_key

TOKEN = "cloudflare:apiToken"  # noqa: S105 - the name of a setting
KEY = "sshPrivateKey"
# The provider's other ways to say who asks; Cloudflare's own settings and variables.
_OTHER_CREDENTIALS = (
    ("cloudflare:apiKey", "CLOUDFLARE_API_KEY"),
    ("cloudflare:apiUserServiceKey", "CLOUDFLARE_API_USER_SERVICE_KEY"),
)
_ONE_WORD = re.compile(r"[!-~]+")

SSH_KEY_MISSING = Rule(
    id="ssh-key-missing",
    source="docs/getting-started.md",
    why="The program logs in to the server by an SSH key.",
    cure=f"pulumi config set --secret tapal:{KEY} < ~/.ssh/id_ed25519",
)
API_TOKEN = Rule(
    id="api-token",
    source="docs/cloudflare.md",
    why="The zone's records are read and written through Cloudflare's API, which asks for a token.",
    cure=f"pulumi config set --secret {TOKEN}, and paste the token alone",
)


def check(get: ConfigReader, stack: str, key_file: str | None) -> Iterator[Finding]:
    """Yield what keeps the program out of the zone or the host.

    Args:
        get: look-up of a complete key of the stack's configuration.
        stack: its name.
        key_file: ``host.ssh.keyFile``.
    """
    yield from _check_token(get, stack)
    try:
        key = private_key(get, key_file)
    except SshTargetError as error:
        yield error.finding
        return
    if key is None and not os.environ.get("SSH_AUTH_SOCK"):
        reason = "there is no SSH key for the server: neither this secret nor an SSH agent"
        cure = f"pulumi config set --stack {stack} --secret tapal:{KEY} < ~/.ssh/id_ed25519"
        yield SSH_KEY_MISSING.found(KEY, reason=reason, cure=cure)


def _check_token(get: ConfigReader, stack: str) -> Iterator[Finding]:
    token = str(get(TOKEN) or os.environ.get("CLOUDFLARE_API_TOKEN") or "")
    if token and not _ONE_WORD.fullmatch(token):
        reason = "it is not the token alone: there is a space or another sign in it"
    elif not token and not any(
        get(key) or os.environ.get(name) for key, name in _OTHER_CREDENTIALS
    ):
        reason = "there is no token for Cloudflare's API"
    else:
        return
    cure = f"pulumi config set --stack {stack} --secret {TOKEN}, and paste the token alone"
    yield API_TOKEN.found(TOKEN, reason=reason, cure=cure)
