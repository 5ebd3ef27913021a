"""A throw-away sshd on the loopback with a host key, authorized keys and a log of its own."""

import functools
import getpass
import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncssh

from lab.progress import wait_until

PRIVILEGE_SEPARATION = Path("/run/sshd")  # where sshd, started as root, insists on an empty folder


@dataclass(frozen=True, kw_only=True)
class Login:
    """How a program logs in to the throw-away sshd."""

    host: str
    port: int
    user: str
    host_key: str
    private_key: str


class Sshd:
    """Started once for all cases; commands run as the user who runs the tests."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.log = folder / "log"
        self._host_key = asyncssh.generate_private_key("ssh-ed25519")
        self._user_key = asyncssh.generate_private_key("ssh-ed25519")
        self._process: subprocess.Popen[bytes] | None = None
        self.login = Login(
            host="127.0.0.1",
            port=free_port(),
            user=getpass.getuser(),
            host_key=self._host_key.export_public_key().decode().strip(),
            private_key=self._user_key.export_private_key().decode(),
        )

    def start(self) -> None:
        """Start the daemon and wait until it answers."""
        if os.geteuid() == 0:
            # It stays: another test's sshd, in another process, may need it for longer.
            PRIVILEGE_SEPARATION.mkdir(mode=0o755, exist_ok=True)
        self._write_files()
        program = shutil.which("sshd", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
        assert program is not None, "openssh-server is not installed; run lab/setup.sh"
        command = [program, "-D", "-f", str(self.folder / "config"), "-E", str(self.log)]
        self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL)
        up = functools.partial(answers, self.login.port)
        wait_until(up, what=f"sshd did not answer on port {self.login.port}", seconds=10)

    def stop(self) -> None:
        """End the daemon."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(timeout=10)

    def _write_files(self) -> None:
        key = self.folder / "host_key"
        key.write_bytes(self._host_key.export_private_key())
        key.chmod(0o600)
        authorized = self.folder / "authorized_keys"
        authorized.write_bytes(self._user_key.export_public_key())
        lines = [
            f"ListenAddress 127.0.0.1:{self.login.port}",
            f"HostKey {key}",
            f"AuthorizedKeysFile {authorized}",
            f"PidFile {self.folder / 'pid'}",
            "PermitRootLogin prohibit-password",
            "PasswordAuthentication no",
            "KbdInteractiveAuthentication no",
            "UsePAM no",
            "StrictModes no",
            "LogLevel VERBOSE",
            "MaxStartups 100:30:200",
            "Subsystem sftp internal-sftp",
        ]
        (self.folder / "config").write_text("\n".join(lines) + "\n")


@contextmanager
def running(folder: Path) -> Iterator[Login]:
    """Run a daemon of its own in ``folder``, and tell how to log in to it."""
    server = Sshd(folder)
    server.start()
    yield server.login
    server.stop()


def free_port() -> int:
    """Return a port of the loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def answers(port: int) -> bool:
    """Return whether somebody listens on ``port`` of the loopback."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0
