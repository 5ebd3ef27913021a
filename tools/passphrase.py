"""The file with the passphrase that opens the secrets of a person's stacks, found without asking.

`make new` makes it; the Makefile and the tools name it to `pulumi`, unless the person has said
something else by one of Pulumi's own variables.
"""

import os
import secrets
from collections.abc import Mapping
from pathlib import Path

VARIABLE = "PULUMI_CONFIG_PASSPHRASE_FILE"
VARIABLES = (VARIABLE, "PULUMI_CONFIG_PASSPHRASE")
NAME = ".tapal-passphrase"
BYTES = 30  # 240 bits: 40 characters


def is_given(environment: Mapping[str, str]) -> bool:
    """Return whether ``environment`` names a passphrase already, even an empty one."""
    return any(name in environment for name in VARIABLES)


def file(environment: Mapping[str, str]) -> Path:
    """Return where the passphrase is kept: in the person's home, outside every repository."""
    return Path(environment.get("HOME") or Path.home()) / NAME


def known(environment: Mapping[str, str]) -> dict[str, str]:
    """Return ``environment``, with the passphrase's file named if there is one."""
    found = file(environment)
    if is_given(environment) or not found.is_file():
        return dict(environment)
    return {**environment, VARIABLE: str(found)}


def make(environment: Mapping[str, str]) -> Path:
    """Write a new passphrase that nobody else can read, and return its file.

    Raises:
        OSError: there is one already, or it cannot be written.
    """
    path = file(environment)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as opened:
        opened.write(secrets.token_urlsafe(BYTES) + "\n")
    return path
