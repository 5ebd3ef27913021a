"""A new password for an account: its resource is replaced, and with it what is made from it.

A generated password stays as long as its resource (`components.resources.account`). So an update of
that resource alone, and of what depends on it, is the honest way: the state knows the new password,
the server gets its hash, and nothing else of the stack is touched.
"""

import subprocess
import sys
from collections.abc import Sequence

from settings.stack_file import PROJECT
from tools import pulumi

KIND = "tapal:Account"


class RenewalError(ValueError):
    """An account's password cannot be renewed; the message says why, and the cure."""


def plan(stack: str, address: str) -> Sequence[str]:
    """Return what `tools.engine` is to be told so that ``address`` gets a new password.

    Raises:
        RenewalError: the account's password is given in the stack, or the account is not there.
        PulumiError: the state cannot be read.
    """
    found = [
        one for one in pulumi.resources(stack)
        if str(one.get("type", "")).endswith(KIND) and one.get("id") == address
    ]  # fmt: skip
    if not found:
        raise RenewalError(f"{address} is not brought up yet: make up STACK={stack}")
    if (found[0].get("inputs") or {}).get("given"):
        raise RenewalError(
            f"the password of {address} is given in the stack: change it there (pulumi config set "
            f"--stack {stack} --secret tapal:passwords …), then make up STACK={stack}"
        )
    return ["up", stack, "--target-replace", str(found[0]["urn"]), "--target-dependents"]


def renew(arguments: Sequence[str], *, yes: bool) -> int:
    """Do it after a preview and a question, unless ``yes`` answers it; return an exit status."""
    command = [sys.executable, "-m", "tools.engine", *arguments, *(["--yes"] if yes else [])]
    return subprocess.run(command, cwd=PROJECT, check=False).returncode
