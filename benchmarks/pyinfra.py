"""pyinfra over the files, packages and services that our own stack has on the lab's server.

It is installed into an environment of its own, beside the cache's others, at the version below.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from components.host.host import PACKAGES
from lab import keys, paths, plan
from lab.operator.stack import Run, Stack, run

VERSION = "3.10"
SERVICES = ("chasquid", "tapal-gate", "tapal-door")
DEPLOY = """
from pyinfra.operations import apt, files, systemd
apt.packages(packages={packages!r})
for source, path, mode in {files!r}:
    files.put(src=source, dest=path, mode=mode)
for name in {services!r}:
    systemd.service(service=name, running=True)
"""
INVENTORY = """
hosts = [({address!r}, dict(
    ssh_user="root", ssh_key={key!r}, ssh_known_hosts_file={known!r},
    ssh_strict_host_key_checking="yes"))]
"""


@dataclass(frozen=True, kw_only=True)
class Deployment:
    """Ready to be run.

    Attributes:
        folder: its inventory and what it deploys.
        files: how many files that is.
    """

    folder: Path
    files: int

    def run(self) -> Run:
        """Run it once."""
        program = str(environment() / "bin" / "pyinfra")
        return run([program, "-y", "inventory.py", "deploy.py"], cwd=self.folder)


def environment() -> Path:
    """Return pyinfra's environment, made if it is missing."""
    folder = paths.cache() / f"pyinfra-{VERSION}"
    if not (folder / "bin" / "pyinfra").exists():
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        pip = [str(folder / "bin" / "pip"), "install", "--quiet", f"pyinfra=={VERSION}"]
        subprocess.run(pip, check=True)
    return folder


@contextmanager
def deployment(stack: Stack) -> Iterator[Deployment]:
    """Yield a deployment of what ``stack`` has on the server."""
    exported = stack.pulumi("stack", "export", "--show-secrets").expect().output
    with tempfile.TemporaryDirectory(prefix="tapal-") as name:
        folder = Path(name)
        listed: list[tuple[str, str, str]] = []
        for path, mode, text in on_host(json.loads(exported)["deployment"]["resources"]):
            source = folder / "files" / str(len(listed))
            source.parent.mkdir(exist_ok=True)
            source.write_text(text)
            listed.append((str(source), path, mode))
        key, known = folder / "key", folder / "known_hosts"
        key.write_text(keys.private_key("operator"))
        key.chmod(0o600)
        known.write_text(f"{plan.VPS.ipv4} {keys.public_key('host')}\n")
        inventory = INVENTORY.format(address=plan.VPS.ipv4, key=str(key), known=str(known))
        (folder / "inventory.py").write_text(inventory)
        (folder / "deploy.py").write_text(
            DEPLOY.format(packages=[*PACKAGES, "chasquid"], files=listed, services=SERVICES)
        )
        yield Deployment(folder=folder, files=len(listed))


def on_host(resources: list[dict[str, Any]]) -> Iterator[tuple[str, str, str]]:
    """Yield path, mode and text of each file that the state's resources have on the server."""
    for one in resources:
        kind, has = str(one["type"]).rpartition(":")[2], one.get("inputs", {})
        if kind == "HostFile":
            yield has["path"], has["mode"], plain(has["content"])
        elif kind == "HostFolder":
            for name, text in dict(has["files"]).items():
                yield f"{has['path']}/{name}", has["mode"], plain(text)


def plain(value: object) -> str:
    """Return a text of an exported state, whether it is a secret there or not."""
    return str(json.loads(value["plaintext"]) if isinstance(value, dict) else value)
