"""Pebble's issuing root, which it makes anew at every start, as a file for its clients.

All roots since the last reset are kept: the VPS's certificate may come from an earlier one.
"""

import sys
from pathlib import Path

from lab import paths, plan
from lab.net import network
from lab.nodes import WORLD
from lab.world.disk import ISSUER

AUTHORITY = Path(__file__).resolve().with_name("ca.pem")


def file() -> Path:
    """Return the file with the roots that may have signed the VPS's certificate."""
    return paths.run() / "issuer.pem"


def up() -> None:
    """Add the running Pebble's root to the operator's file, and hand the file to the receiver."""
    url = f"https://{plan.CA.name}:15000/roots/0"
    command = [sys.executable, "-m", "lab.ca.fetch", url, str(AUTHORITY)]
    current = network.namespace_exec(plan.NETNS_OPERATOR, command).strip() + "\n"
    known = file().read_text() if file().exists() else ""
    if current not in known:
        file().write_text(known + current)
    handed = WORLD.root() / ISSUER
    if handed.read_text() != file().read_text():
        handed.write_text(file().read_text())


def forget() -> None:
    """Forget the roots of the certificate authority that is reset."""
    file().unlink(missing_ok=True)
