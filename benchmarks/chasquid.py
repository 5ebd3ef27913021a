"""The real chasquid of the package that the lab uses, with queue and local delivery.

Mail of one domain is signed by two DKIM keys, mail of another by none. Each mail ends in a process
that takes it and throws it away, as a delivery agent would be started.
"""

import contextlib
import os
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks import control_group
from benchmarks.client import PASSWORD, SIGNED, SINK, UNSIGNED
from benchmarks.rig import Rig, certificate, free_port, wait_for
from lab.images import chasquid_package
from mail import dkim, password
from mail.chasquid import files


@dataclass(frozen=True, kw_only=True)
class Chasquid(Rig):
    """A running chasquid.

    Attributes:
        root: its configuration.
    """

    root: Path

    def set_hook(self, text: "str | None") -> None:
        """Put a hook in place, which the next mail meets; None is no hook."""
        place = self.root / "hooks" / "post-data"
        place.parent.mkdir(exist_ok=True)
        place.unlink(missing_ok=True)
        if text is not None:
            place.write_text(text)
            place.chmod(0o755)


def _configure(root: Path, port: int) -> None:
    certificate(root / "certs" / "localhost")
    config = files.Config(
        hostname="localhost",
        max_queue_items=100_000,
        smtp=[f"127.0.0.1:{free_port()}"],
        submission=[f"127.0.0.1:{free_port()}"],
        submission_tls=[f"127.0.0.1:{port}"],
    )
    own = f'\ndata_dir: "{root / "data"}"\nmail_log_path: "{root / "mail.log"}"\n'
    agent = 'mail_delivery_agent_bin: "/bin/true"\n'
    # All of the real configuration but for where its log, data and local mail go.
    lines = files.conf(config).splitlines(keepends=True)
    text = "".join(line for line in lines if not line.startswith("mail_"))
    (root / "chasquid.conf").write_text(text + own + agent)
    for name in (SIGNED, UNSIGNED, SINK):
        (root / "domains" / name).mkdir(parents=True)
    for selector, algorithm in (("a", "rsa"), ("e", "ed25519")):
        key = root / "domains" / SIGNED / dkim.file_name(selector)
        key.write_text(dkim.generate(algorithm))
    hashed = password.scrypt(PASSWORD, password.new_salt())
    (root / "domains" / SINK / "users").write_text(files.users({"i": hashed, "sink": hashed}))


@contextlib.contextmanager
def running(
    environment: Mapping[str, str] | None = None, *beside: control_group.ControlGroup
) -> Iterator[Chasquid]:
    """Run chasquid in a folder of its own until the end of the block.

    Args:
        environment: what its environment has beside this process's own.
        beside: the processes that work for it, to be counted with its own.
    """
    binary = chasquid_package.folder() / "usr/bin/chasquid"
    with (
        tempfile.TemporaryDirectory(prefix="tapal-benchmark-") as name,
        control_group.made("chasquid") as group,
    ):
        root, port = Path(name), free_port()
        _configure(root, port)
        with (root / "server.log").open("w") as log:
            process = subprocess.Popen(
                group.enter([str(binary), f"--config_dir={root}"]),
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                env={**os.environ, **(environment or {})},
            )
        try:
            wait_for(port, process, root / "server.log")
            queue = (root / "data" / "queue",)
            yield Chasquid(root=root, port=port, groups=(group, *beside), queue=queue)
        finally:
            process.terminate()
            process.wait(timeout=20)
