"""The ``pulumi`` CLI, built from its Go module where the official one cannot be had.

The module set is pinned, sums included, by ``gomod/``: a `tool` line in a module of our own,
because ``go install …@version`` needs the proxy's version list and ignores ``replace`` lines.
"""

import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from lab.engine.go import MODULE, toolchain
from lab.errors import LabError
from lab.paths import cache
from lab.progress import step

PACKAGE = "github.com/pulumi/pulumi/pkg/v3"
VERSION_VARIABLE = "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version"


class BuildError(LabError):
    """The CLI could not be built; the message holds Go's own words and the cure."""


def version() -> str:
    """Return the CLI's version as ``gomod/go.mod`` pins it, such as ``v3.259.0``."""
    line = re.search(
        rf"^require {re.escape(PACKAGE)} (\S+)$", (MODULE / "go.mod").read_text(), re.MULTILINE
    )
    if line is None:
        raise BuildError(f"{MODULE / 'go.mod'} does not require {PACKAGE}")
    return line[1]


def built() -> Path:
    """Return where the built CLI is, or will be."""
    return cache() / "engine" / version() / "pulumi"


def cli() -> Path:
    """Return the built CLI; build it first (minutes) if the cache has none.

    Raises BuildError if Go fails. A build that is cut off leaves nothing that looks complete.
    """
    target = built()
    if target.exists():
        return target
    go = toolchain()
    target.parent.mkdir(parents=True, exist_ok=True)
    with (
        step(f"building pulumi {version()} from its Go module (about 4 minutes on 2 cores)"),
        tempfile.TemporaryDirectory(dir=target.parent, prefix=".build-") as folder,
    ):
        _build(go, Path(folder)).rename(target)
    return target


def _build(go: Path, folder: Path) -> Path:
    for name in ("go.mod", "go.sum"):
        shutil.copy(MODULE / name, folder)
    result = folder / "pulumi"
    command: list[str | Path] = [
        go, "build", "-mod=readonly", "-buildvcs=false",
        f"-ldflags=-s -w -X {VERSION_VARIABLE}={version()}",
        "-o", result, f"{PACKAGE}/cmd/pulumi",
    ]  # fmt: skip
    # local: a newer toolchain named by some module must not be fetched behind our back.
    environment = {**os.environ, "GOTOOLCHAIN": "local"}
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise BuildError(
            f"building {PACKAGE}/cmd/pulumi {version()} failed:\n{done.stderr.strip()}\n"
            "If modules could not be fetched, set GOPROXY to a Go module proxy that this machine "
            "reaches; or install the official pulumi, or name its folder by TAPAL_PLUGINS."
        )
    return result
