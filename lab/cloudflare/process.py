"""The lab's Cloudflare API as a process in the world's namespace, outside its container.

It runs on this machine's Python environment, publishes into BIND, and is seeded once with foreign
records, which tapal must leave alone.
"""

import contextlib
import os
import signal
import sys
from pathlib import Path

from lab import detached, paths, plan
from lab.errors import LabError
from lab.net import network
from lab.progress import wait_until
from lab.world.disk import key_file

_LISTEN = (f"{plan.API.ipv4}:80", f"[{plan.API.ipv6}]:80")
_MARK = "lab.cloudflare"


def state() -> Path:
    """Return the file that holds the account's records."""
    return paths.run() / "cloudflare.json"


def log() -> Path:
    """Return what the server printed."""
    return paths.run() / "cloudflare.log"


def _seeded() -> Path:
    return paths.run() / "cloudflare.seeded"


def pids() -> list[int]:
    """Return the server's processes: those of its namespace that were started as it is here."""
    return [pid for pid in network.pids(plan.NETNS_WORLD) if _MARK in _arguments(pid)]


def _arguments(pid: int) -> list[str]:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace").split("\0")
    except OSError:
        return []


def answers() -> bool:
    """Tell whether the API's port is open to the operator."""
    return network.answers(plan.NETNS_OPERATOR, plan.API.ipv4, 80)


def up() -> None:
    """Start the server and, the first time, put the foreign records in.

    Raises:
        LabError: it does not listen; the message holds what it said.
    """
    if not answers():
        down()
        _start()
    if not _seeded().exists():
        seed = [sys.executable, "-m", "lab.cloudflare.seed", f"http://{plan.API.ipv4}/client/v4"]
        network.namespace_exec(plan.NETNS_OPERATOR, seed)
        _seeded().touch()


def _start() -> None:
    listen = [word for address in _LISTEN for word in ("--listen", address)]
    server = [sys.executable, "-m", _MARK, "serve", *listen, "--state", str(state()),
              "--dns", f"{plan.NS1.ipv4}:53",
              "--tsig-key-file", str(key_file("cloudflare"))]  # fmt: skip
    with log().open("a") as output:
        started = detached.launch(
            network.namespace_argv(plan.NETNS_WORLD, server), output, cwd=paths.REPOSITORY
        )
    wait_until(
        lambda: answers() or started.poll() is not None,
        what=f"the Cloudflare API did not listen (see {log()})",
        seconds=15,
    )
    if started.poll() is not None:
        raise LabError(f"the Cloudflare API ended: {log().read_text()[-400:].strip()}")


def down() -> None:
    """Stop the server."""
    for pid in pids():
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)
    wait_until(lambda: not pids(), what="the Cloudflare API did not stop", seconds=10)


def forget() -> None:
    """Forget the account's records, foreign ones too (it must not run)."""
    for file in (state(), _seeded()):
        file.unlink(missing_ok=True)
