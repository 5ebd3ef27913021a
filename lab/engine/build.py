"""The ``pulumi`` CLI, built from its Go module where the official one cannot be fetched.

The module set is pinned, sums included, by ``gomod/``: a `tool` line in a module of our own.
"""

from pathlib import Path

from lab.engine import go
from lab.engine.go import MODULE
from lab.paths import cache
from lab.progress import step

PACKAGE = "github.com/pulumi/pulumi/pkg/v3"
VERSION_VARIABLE = "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version"


def version() -> str:
    """Return the CLI's version as ``gomod/go.mod`` pins it, such as ``v3.259.0``."""
    return go.required(PACKAGE, MODULE)


def built() -> Path:
    """Return where the built CLI is, or will be."""
    return cache() / "engine" / version() / "pulumi"


def cli() -> Path:
    """Return the built CLI; build it first (minutes) if the cache has none.

    Raises BuildError if Go fails.
    """
    target = built()
    if target.exists():
        return target
    with step(f"building pulumi {version()} from its Go module (about 4 minutes on 2 cores)"):
        return go.build(
            f"{PACKAGE}/cmd/pulumi",
            target,
            module=MODULE,
            ldflags=f"-X {VERSION_VARIABLE}={version()}",
            cure="install the official pulumi, or name its folder by TAPAL_PLUGINS",
        )
