"""A stack that uses every setting, as plain data, and the program run on it."""

import copy
import json
import re
import runpy
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any
from unittest.mock import patch

from components.preflight import dns_checks, server
from lab import keys, paths
from mail.resolve import Resolve
from settings.ssh_target import SshTarget
from tests.components.recorder import Record, World, run

Ask = Callable[[SshTarget, list[str]], str]

SECRETS = ("cloudflare:apiToken", "tapal:sshPrivateKey", "tapal:passwords")
HOST_KEY = keys.public_key("host")
API_TOKEN = "canary-of-the-api-token"
GIVEN_PASSWORD = "canary-of-a-given-password"

STACK: dict[str, Any] = {
    "host": {
        "name": "smtp.example.com",
        "ipv4": "198.51.100.7",
        "ipv6": {"address": "2001:db8::7", "prefix": 64, "gateway": "fe80::1"},
        "ssh": {"user": "root", "port": 2222, "hostKey": HOST_KEY},
        "timezone": "Asia/Kolkata",
        "locale": "en_IN.UTF-8",
    },
    "acme": {"email": "me@elsewhere.test", "reload": ["systemctl reload nginx"]},
    "domains": [
        {
            "name": "example.com",
            "spf": {"include": ["_spf.google.com"], "all": "fail"},
            "dmarc": {"policy": "quarantine", "aggregateReports": ["dmarc@example.com"]},
            "dkim": [
                {"selector": "2026a", "algorithm": "rsa", "state": "active"},
                {"selector": "2026e", "algorithm": "ed25519", "state": "active"},
                {"selector": "2027a", "algorithm": "rsa", "state": "published"},
                {"selector": "2025a", "algorithm": "rsa", "state": "retired"},
            ],
            "accounts": ["i", "news"],
            "aliases": {"i": "me@example.net", "*": ["me@example.net", "you@example.net"]},
        },
        {"name": "second.example", "mx": "keep", "accounts": ["post"]},
        {"name": "third.example", "mx": ["mx1.example.net", {"host": "mx2.example.net"}]},
    ],
}


def stack(**changes: Any) -> dict[str, Any]:  # noqa: ANN401 - plain data
    """Return a copy of the stack with top-level keys changed."""
    return {**copy.deepcopy(STACK), **changes}


def friendly(_name: str, kind: str) -> list[str]:
    """Answer as a DNS against which nothing can be said."""
    answers = {
        "A": ["203.0.113.9"],
        "PTR": [STACK["host"]["name"]],
        "TXT": ["v=spf1 ip4:203.0.113.0/24 ~all"],
    }
    return answers.get(kind, [])


CLEAN = Path(__file__).parent / "preflight/servers/cases/00-clean.survey"


def blank(_target: SshTarget, _command: list[str]) -> str:
    """Answer as a blank server against which nothing can be said; its clock is right."""
    text = CLEAN.read_text(encoding="utf-8").replace("203.0.113.10", STACK["host"]["ipv4"])
    text = text.replace("0.0.0.0:22 ", f"0.0.0.0:{STACK['host']['ssh']['port']} ")
    text = text.replace("[::]:22 ", f"[::]:{STACK['host']['ssh']['port']} ")
    return re.sub("(?m)^clock.*", f"clock\t{time.time():.0f}", text)


def declare(
    data: dict[str, Any],
    *,
    preview: bool = False,
    world: World | None = None,
    resolve: Resolve = friendly,
    ask: Ask = blank,
) -> Record:
    """Run ``__main__.py`` on a stack under mocks.

    Args:
        data: what the stack says.
        preview: whether it is one.
        world: what is there before.
        resolve: stands for the DNS.
        ask: stands for the server.
    """
    config = {
        f"tapal:{key}": value if isinstance(value, str) else json.dumps(value)
        for key, value in data.items()
    }
    config["cloudflare:apiToken"] = API_TOKEN
    config["tapal:sshPrivateKey"] = keys.private_key("operator")
    if "i" in {name for domain in data["domains"] for name in domain.get("accounts", [])}:
        config["tapal:passwords"] = json.dumps({"i@example.com": GIVEN_PASSWORD})
    program = paths.REPOSITORY / "__main__.py"
    with (
        patch.object(dns_checks, "resolver", lambda: resolve),
        patch.object(server, "ask", ask),
    ):
        return run(
            lambda: runpy.run_path(str(program)), config, SECRETS, preview=preview, world=world
        )


@cache
def declared() -> Record:
    """Return the record of the whole example, run once."""
    return declare(STACK)
