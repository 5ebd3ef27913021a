"""Asks `pulumi` about a stack, without changing anything."""

import json
import os
import subprocess
from collections.abc import Mapping
from typing import Any

from settings.stack_file import PROJECT
from tools import passphrase
from tools.cures import cure


class PulumiError(RuntimeError):
    """It has no answer; the message says why, and the cure where one is known."""


def ask(stack: str, *arguments: str) -> str:
    """Return what ``pulumi ARGUMENTS --stack STACK`` prints.

    Raises:
        PulumiError: it cannot be run, or fails.
    """
    command = ["pulumi", *arguments, "--stack", stack, "--non-interactive", "--color", "never"]
    environment = passphrase.known({**os.environ, "PULUMI_SKIP_UPDATE_CHECK": "true"})
    try:
        done = subprocess.run(
            command, cwd=PROJECT, env=environment,
            stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
        )  # fmt: skip
    except OSError as error:
        raise PulumiError(f"pulumi cannot be run: {error.strerror}") from None
    if done.returncode:
        said = (done.stderr.strip().splitlines() or ["no message"])[-1]
        known = cure(done.stderr, stack)
        raise PulumiError(f"pulumi: {said}{f'; {known}' if known else ''}")
    return done.stdout


def passwords(stack: str) -> Mapping[str, str]:
    """Return the password of each account of ``stack``, by its address.

    Raises:
        PulumiError: the stack was never brought up, or its secrets cannot be read.
    """
    outputs = json.loads(ask(stack, "stack", "output", "--json", "--show-secrets"))
    found = outputs.get("passwords")
    if not isinstance(found, dict):
        raise PulumiError(f"{stack} has no accounts yet: make up STACK={stack}")
    return {str(address): str(password) for address, password in found.items()}


def resources(stack: str) -> list[dict[str, Any]]:
    """Return what the state has of ``stack``; secrets in it stay encrypted.

    Raises:
        PulumiError: there is no such stack, or its state cannot be read.
    """
    exported = json.loads(ask(stack, "stack", "export"))
    found = (exported.get("deployment") or {}).get("resources")
    return found if isinstance(found, list) else []


def last_update(stack: str) -> Mapping[str, Any]:
    """Return the last update of ``stack``, as its history has it; empty if there was none.

    Raises:
        PulumiError: there is no such stack.
    """
    found = json.loads(ask(stack, "stack", "history", "--json", "--page-size", "1") or "[]")
    return found[0] if isinstance(found, list) and found else {}
