"""Dynamic providers that a killed `pulumi` left running: Python processes of 75 MB each.

Pulumi's own launcher does not tell them that the engine is gone. One is ended only if all of this
holds: it is a dynamic provider, it works in this project's folder, for this user, it has no
`pulumi` among its ancestors, and nobody listens where its engine was.
"""

import os
import signal
import socket
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tools.engine import processes
from tools.engine.backend import PROJECT

MODULE = [b"-m", b"pulumi.dynamic"]
PATIENCE = 0.5  # seconds for a connection within the machine


@dataclass(frozen=True, kw_only=True)
class Provider:
    """A dynamic provider that runs.

    Attributes:
        pid: its process.
        engine: the address (host, port) that it was told to call.
    """

    pid: int
    engine: tuple[str, int]


def end(folder: Path = PROJECT) -> Sequence[int]:
    """End the orphaned dynamic providers of the project in ``folder``; return their processes."""
    ended = []
    for provider in providers(folder):
        if not _has_engine(provider.pid) and not _answers(provider.engine):
            try:
                os.kill(provider.pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
            ended.append(provider.pid)
    return ended


def providers(folder: Path) -> Iterator[Provider]:
    """Yield this user's dynamic providers that work in ``folder``."""
    for pid in processes.everything():
        entry = processes.PROC / str(pid)
        try:
            if entry.stat().st_uid != os.geteuid() or (entry / "cwd").readlink() != folder:
                continue
            words = (entry / "cmdline").read_bytes().rstrip(b"\0").split(b"\0")
        except OSError:  # ended meanwhile, or not ours to look at
            continue
        engine = _address(words[-1].decode(errors="replace"))
        if engine and any(words[at : at + 2] == MODULE for at in range(len(words))):
            yield Provider(pid=pid, engine=engine)


def _address(text: str) -> tuple[str, int] | None:
    host, _, port = text.rpartition(":")
    return (host, int(port)) if host and port.isdigit() else None


def _has_engine(pid: int) -> bool:
    return any(processes.name(one) == processes.ENGINE for one in processes.ancestors(pid))


def _answers(engine: tuple[str, int]) -> bool:
    try:
        socket.create_connection(engine, timeout=PATIENCE).close()
    except ConnectionRefusedError:
        return False
    except OSError:
        return True  # not known, so not proven
    return True
