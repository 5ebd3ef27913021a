"""The real chasquid, from Debian testing's package, unpacked into the cache folder.

The machine's own apt settings say where Debian is; nothing is installed and no setting changes.
"""

import contextlib
import os
import subprocess
import tempfile
from pathlib import Path

from lab import paths
from lab.images import mirror

_PATTERN = "chasquid-1.*"


def folder() -> Path:
    """Return the folder of the unpacked package, fetching it first if it is not there."""
    found = sorted(paths.cache().glob(_PATTERN), key=_version)
    return found[-1] if found else _fetch()


def _version(path: Path) -> list[int]:
    return [int(part) for part in path.name.removeprefix("chasquid-").split(".")]


def _fetch() -> Path:
    paths.cache().mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=paths.cache(), prefix="fetch-") as name:
        work = Path(name)
        apt = _apt(work)
        _run([*apt, "update"], work)
        _run([*apt, "download", "chasquid"], work)
        package = next(work.glob("chasquid_*.deb"))
        _run(["dpkg-deb", "-x", str(package), "tree"], work)
        target = paths.cache() / f"chasquid-{package.name.split('_')[1].split('-')[0]}"
        with contextlib.suppress(OSError):  # not empty: another run was faster
            (work / "tree").rename(target)
    return target


def _apt(work: Path) -> list[str]:
    for directory in ("lists/partial", "cache/archives/partial"):
        (work / directory).mkdir(parents=True)
    (work / "sources.list").write_text(
        f"deb {_signed_by()}{mirror.machine().archive} testing main\n"
    )
    options = {
        "Dir::Etc::SourceList": work / "sources.list",
        "Dir::Etc::SourceParts": "/dev/null",
        "Dir::State::Lists": work / "lists",
        "Dir::Cache": work / "cache",
        "Acquire::Check-Valid-Until": "false",  # the mirror may be a snapshot
        "Acquire::Languages": "none",
        "APT::Sandbox::User": "root",
    }
    return ["apt-get", *(f"-o{name}={value}" for name, value in options.items())]


def _signed_by() -> str:
    keyring = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
    return f"[signed-by={keyring}] " if keyring.exists() else ""


def _run(command: list[str], work: Path) -> str:
    environment = {**os.environ, "LC_ALL": "C"}
    done = subprocess.run(
        command, cwd=work, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}")
    return done.stdout
