"""A mail server that is measured: where it listens, its processes and its queue."""

import contextlib
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks.control_group import ControlGroup


@dataclass(frozen=True, kw_only=True)
class Rig:
    """A running mail server.

    Attributes:
        port: where it takes submitted mail, over TLS.
        groups: its processes, and those of what works for it.
        queue: folders in which a file is a mail that is not delivered yet.
    """

    port: int
    groups: tuple[ControlGroup, ...]
    queue: tuple[Path, ...]

    def seconds(self) -> float:
        """Return the processor time that it has used so far."""
        return sum(group.seconds() for group in self.groups)

    def settle(self) -> None:
        """Wait until all that was submitted is delivered.

        Raises:
            RuntimeError: it is not within a minute.
        """
        deadline = time.monotonic() + 60
        while any(one.is_file() for folder in self.queue for one in folder.rglob("*")):
            if time.monotonic() > deadline:
                raise RuntimeError(f"mail is not delivered, it lies in {self.queue[0]}")
            time.sleep(0.02)


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def wait_for(port: int, process: "subprocess.Popen[bytes]", log: Path) -> None:
    """Wait until ``process`` answers on ``port``.

    Raises:
        RuntimeError: it does not; the message has what it wrote to ``log``.
    """
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.05)
    raise RuntimeError(f"the mail server did not start:\n{log.read_text(errors='replace')}")


def certificate(folder: Path) -> None:
    """Make a key and a certificate for localhost in ``folder``."""
    folder.mkdir(parents=True)
    command = (
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 "
        "-subj /CN=localhost -addext subjectAltName=DNS:localhost"
    )
    files = ["-keyout", str(folder / "privkey.pem"), "-out", str(folder / "fullchain.pem")]
    subprocess.run([*command.split(), *files], check=True, capture_output=True)
