"""The gate's daemon as a process of its own, and chasquid's hook that asks it."""

import base64
import json
import os
import platform
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType

from mail.gate import daemon, protocol
from mail.gate.verdict import Verdict
from tools import build_hook

ROOT = Path(__file__).parents[3]


class Gate:
    """A daemon on a socket in ``folder``, with the policy below it."""

    def __init__(self, folder: Path, python: str = sys.executable) -> None:
        self.folder = folder
        self.socket = folder / "gate.sock"
        self.policy = folder / "policy"
        self._python = python
        self.domains = folder / "chasquid-domains"
        self.policy.mkdir()
        self.domains.mkdir()
        self.state = folder / "state"
        self.state.mkdir()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """Its process, which must have been started."""
        assert self._process is not None
        return self._process.pid

    @property
    def log(self) -> str:
        """Everything it has said so far."""
        return (self.folder / "gate.log").read_text()

    def start(self, environment: Mapping[str, str] = MappingProxyType({})) -> None:
        """Start it and wait until it answers, if only that it has no policy."""
        folders = ["--policy", str(self.policy), "--domains", str(self.domains)]
        folders += ["--state", str(self.state)]
        command = [self._python, "-m", daemon.__name__, *folders, "--socket", str(self.socket)]
        command += ["--signer", str(self.folder / "sign.sock")]
        with (self.folder / "gate.log").open("a") as log:
            self._process = subprocess.Popen(
                command, cwd=ROOT, env={**os.environ, **environment}, stdout=log, stderr=log
            )
        for _ in range(200):
            try:
                self.status()
            except OSError:
                assert self._process.poll() is None, self.log
                time.sleep(0.05)
            else:
                return
        raise AssertionError(f"the gate does not answer\n{self.log}")

    def status(self) -> Verdict:
        """Ask it whether it can judge."""
        return protocol.ask(str(self.socket), {daemon.STATUS: "1"})

    def kill(self) -> None:
        """End it at once, whatever it is doing."""
        self.send(signal.SIGKILL)
        self.wait()

    def send(self, number: signal.Signals) -> None:
        """Send it a signal."""
        assert self._process is not None
        self._process.send_signal(number)

    def wait(self) -> int:
        """Wait for its end and return its status."""
        assert self._process is not None
        return self._process.wait(10)

    def hooks(self) -> list[int]:
        """Return the processes of chasquid's hook that are asking it."""
        hook = str(self.folder / "hook.").encode()
        return [
            int(one.parent.name)
            for one in Path("/proc").glob("[0-9]*/cmdline")
            if _read(one).startswith(hook)
        ]

    def write(
        self,
        host: str,
        domains: Mapping[str, Mapping[str, list[str]]],
        limits: Mapping[str, int] = MappingProxyType({}),
    ) -> None:
        """Write the policy, and have the daemon look at it."""
        (self.policy / "domains").mkdir(exist_ok=True)
        content = {"host": host, "postmaster": f"p@{host}", "limits": dict(limits)}
        (self.policy / "host.json").write_text(json.dumps(content))
        for domain, accounts in domains.items():
            entries = {name: {"addresses": found, "not": []} for name, found in accounts.items()}
            text = json.dumps({"domain": domain, "spellings": [domain], "accounts": entries})
            (self.policy / "domains" / f"{domain}.json").write_text(text)
        self.status()

    def install_hook(self, chasquid: Path, machine: str = platform.machine()) -> None:
        """Put the hook for ``machine`` in front of every mail that chasquid takes."""
        hook = self.folder / f"hook.{machine}"
        hook.write_bytes(base64.b64decode(build_hook.encoded(machine).read_bytes()))
        hook.chmod(0o755)
        place = chasquid / "hooks/post-data"
        place.parent.mkdir(exist_ok=True)
        place.write_text(f"#!{hook} {self.socket}\n")
        place.chmod(0o755)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:  # it has ended
        return b""


@contextmanager
def running(folder: Path) -> Iterator[Gate]:
    """Run a gate without any policy until the end of the block."""
    gate = Gate(folder)
    gate.start()
    try:
        yield gate
    finally:
        gate.kill()
