"""The table: what a server says of itself (``.survey``), and beside it what is read of it.

Most were recorded on the lab's VPS; what cannot be brought about there was written into one. A
first line ``stack`` has what the stack's host says besides. ``python -m
tests.components.preflight.servers.table`` writes the second column anew, for a person to read.
"""

from pathlib import Path
from typing import Any

import yaml

from components.preflight import server
from components.preflight.server import UnseenError
from mail.finding import Finding, render
from settings.settings import Host
from settings.ssh_target import SshTarget
from tests.components.example import HOST_KEY

CASES = sorted((Path(__file__).parent / "cases").glob("*.survey"))
NOW = 1796074634.0
TARGET = SshTarget(address="203.0.113.10", host_key=HOST_KEY)
HOST: dict[str, Any] = {
    "name": "smtp.tapal.test",
    "ipv4": "203.0.113.10",
    "ipv6": {"address": "2001:db8:113::10", "prefix": 64, "gateway": "fe80::1"},
    "ssh": {"hostKey": HOST_KEY},
}


def host(answer: str) -> Host:
    """Return the host as a case's stack has it."""
    first, _, rest = answer.partition("\n")[0].partition("\t")
    own = yaml.safe_load(rest) if first == "stack" else {}
    return Host.model_validate({**HOST, **own, "ssh": {**HOST["ssh"], **own.get("ssh", {})}})


def findings(case: Path) -> list[Finding]:
    """Return what is found on the server of ``case``."""
    answer = case.read_text(encoding="utf-8")
    try:
        return server.judge(answer, host(answer), TARGET, NOW)
    except UnseenError as error:
        return [error.finding]


def said(case: Path) -> str:
    """Return what a user reads of the server of ``case``."""
    return render(findings(case)) + "\n"


def expected(case: Path) -> Path:
    """Return the file that holds what must be said."""
    return case.with_suffix(".txt")


if __name__ == "__main__":
    for file in CASES:
        expected(file).write_text(said(file), encoding="utf-8")
