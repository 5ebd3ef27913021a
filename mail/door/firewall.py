"""The sets of nftables that the firewall's rules look into, filled by the program ``nft``.

A kernel that has lost them (the rules were loaded anew, the host was booted) is noticed by a
message on a netlink socket, and by the table's number, which is another one then.
"""

import contextlib
import json
import socket
import subprocess
import time
from collections.abc import Iterable, Mapping
from typing import Any

from mail.door import source

TABLE = "inet tapal"
BLOCKED, KNOWN = "blocked", "known"
RULES_CHANGED = 1 << 6  # NFNLGRP_NFTABLES, the seventh group
NETLINK_NETFILTER = 12
PORTS = (25, 465, 587)
PATIENCE = 20  # seconds


class FirewallError(RuntimeError):
    """nft does not do what it is told; mostly since the firewall is not loaded."""


def block(ends: Mapping[str, float], name: str = BLOCKED) -> str:
    """Return the command that puts sources into the set ``name``, each until its time.

    Args:
        ends: Seconds since 1970, by source; of what lies in the past nothing is made.
        name: `BLOCKED` or `KNOWN`.
    """
    now = time.time()
    lines = []
    for who, until in ends.items():
        seconds = int(until - now)
        if seconds > 0:
            # An element that is there keeps its time: it goes first.
            lines += _remove(who, name)
            lines.append(f"add element {_set(who, name)} {{ {who} timeout {seconds}s }}")
    return "".join(f"{one}\n" for one in lines)


def free(sources: Iterable[str]) -> str:
    """Return the command that takes sources out of the blocked ones."""
    return "".join(f"{one}\n" for who in sources for one in _remove(who, BLOCKED))


def run(commands: str) -> None:
    """Have nft do ``commands``, all of them or none.

    Raises:
        FirewallError: it does not.
    """
    if commands:
        _nft("-f", "-", stdin=commands)


def hang_up(who: str) -> None:
    """End the connections that the source ``who`` has on the mail ports, as far as can be.

    The rules let nothing of his pass any more; this spares chasquid the wait for his next word. Not
    every kernel can do it (CONFIG_INET_DIAG_DESTROY), and nothing depends on it.
    """
    ports = " or ".join(f"sport = :{port}" for port in PORTS)
    with contextlib.suppress(OSError, subprocess.TimeoutExpired):
        subprocess.run(
            ["/usr/bin/ss", "--kill", "--tcp", "dst", source.shown(who), f"( {ports} )"],
            capture_output=True,
            check=False,
            timeout=PATIENCE,
        )


def number() -> "int | None":
    """Return the number of the firewall's table, another one each time that it is loaded.

    Raises:
        FirewallError: the kernel cannot be asked.
    """
    tables = [one["table"] for one in _listed("tables") if "table" in one]
    numbers = [
        one["handle"] for one in tables if (one["family"], one["name"]) == tuple(TABLE.split())
    ]
    return int(numbers[0]) if numbers else None


def elements(name: str) -> "list[dict[str, Any]]":
    """Return the elements of the set ``name`` as nft describes them (libnftables-json(5)).

    Raises:
        FirewallError: there is no such set.
    """
    found = [one["set"] for one in _listed("set", *TABLE.split(), name) if "set" in one]
    listed = found[0].get("elem", []) if found else []
    # One that a person has added without an end stands there bare.
    return [one.get("elem", one) if isinstance(one, dict) else {"val": one} for one in listed]


class Changes:
    """Hears that somebody has changed the kernel's rules."""

    def __init__(self) -> None:
        self._socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_NETFILTER)
        self._socket.setblocking(False)
        self._socket.bind((0, RULES_CHANGED))

    def fileno(self) -> int:
        """Return the descriptor that is readable when something has changed."""
        return self._socket.fileno()

    def heard(self) -> None:
        """Read away what was said."""
        # It ends when nothing is left, or when more was said than fits; either will do.
        with contextlib.suppress(OSError):
            while self._socket.recv(1 << 16):
                pass


def _set(who: str, name: str) -> str:
    return f"{TABLE} {name}{6 if ':' in who else 4}"


def _remove(who: str, name: str) -> "list[str]":
    # Only what is there can be removed, and to add what is there is no mistake.
    return [f"{verb} element {_set(who, name)} {{ {who} }}" for verb in ("add", "delete")]


def _listed(*what: str) -> "list[dict[str, Any]]":
    return list(json.loads(_nft("-j", "list", *what))["nftables"])


def _nft(*arguments: str, stdin: str = "") -> str:
    try:
        done = subprocess.run(
            ["/usr/sbin/nft", *arguments],
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise FirewallError(str(error)) from error
    if done.returncode:
        said = done.stderr.strip().splitlines()
        raise FirewallError(said[0] if said else f"nft ended with {done.returncode}")
    return done.stdout
