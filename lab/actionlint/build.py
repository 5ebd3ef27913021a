"""actionlint, built from its Go module: PyPI's package downloads it from GitHub instead."""

from pathlib import Path

from lab.engine import go
from lab.paths import cache
from lab.progress import step

PACKAGE = "github.com/rhysd/actionlint"
MODULE = Path(__file__).parent / "gomod"


def version() -> str:
    """Return actionlint's version as ``gomod/go.mod`` pins it, such as ``v1.7.12``."""
    return go.required(PACKAGE, MODULE)


def executable() -> Path:
    """Return actionlint; build it first (seconds) if the cache has none.

    Raises BuildError if Go fails.
    """
    target = cache() / "actionlint" / version() / "actionlint"
    if target.exists():
        return target
    with step(f"building actionlint {version()} from its Go module"):
        return go.build(
            f"{PACKAGE}/cmd/actionlint", target, module=MODULE, cure="put it there yourself"
        )
