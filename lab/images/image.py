"""The disks that nodes start from: overlay layers, built once and kept in the cache.

``base`` is a Debian 13 as a VPS provider delivers it, ``world`` what is laid over it for the lab's
services, ``rivals`` what is laid over that for `make bench` alone. ``debian12`` and ``ubuntu`` are
what a VPS can be instead (``$TAPAL_VPS``), built when that is asked for. A layer's folder is named
for the hash of its recipe (and of the layer below), so a changed recipe makes a new one; it is
built under another name and renamed when whole.
"""

import fcntl
import hashlib
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from lab import paths, plan
from lab.errors import LabError
from lab.images import mirror
from lab.images.apt_files import write_apt_files
from lab.progress import step

_RECIPES = Path(__file__).resolve().parent


@dataclass(frozen=True, kw_only=True)
class Layer:
    """One layer.

    Attributes:
        name: what it is called.
        suite: the Debian that it is made from.
        recipe: its script in ``images/``, if that is not called as the layer is.
        below: the layer that it lies on.
        settings: a folder of files that the recipe takes.
    """

    name: str
    suite: str = plan.SUITE
    recipe: str = ""
    below: "Layer | None" = None
    settings: Path | None = None

    @property
    def script(self) -> Path:
        """The recipe."""
        return _RECIPES / f"{self.recipe or self.name}.sh"

    @property
    def key(self) -> str:
        """The hash of everything that decides what is in the layer."""
        whole = hashlib.sha256(self.below.key.encode() if self.below else self.suite.encode())
        settings = sorted(self.settings.iterdir()) if self.settings else []
        for file in (self.script, *settings):
            whole.update(file.read_bytes())
        return whole.hexdigest()[:12]

    @property
    def path(self) -> Path:
        """Where the finished layer is (or will be)."""
        return folder() / f"{self.name}-{self.key}"

    @property
    def lower(self) -> tuple[Path, ...]:
        """The layers an overlay is mounted from, topmost first."""
        return (self.path, *(self.below.lower if self.below else ()))


BASE = Layer(name="base")
WORLD = Layer(name="world", below=BASE, settings=_RECIPES.parent / "world/root/etc/rspamd/local.d")
RIVALS = Layer(name="rivals", below=WORLD)
DEBIAN12 = Layer(name="debian12", suite="bookworm", recipe="base")
UBUNTU = Layer(
    name="ubuntu", suite="bookworm", below=DEBIAN12, settings=_RECIPES.parent / "vps/ubuntu"
)
ALL = (BASE, WORLD, RIVALS, DEBIAN12, UBUNTU)
_VPS = {"debian13": BASE, "debian12": DEBIAN12, "ubuntu": UBUNTU}


def of_vps() -> Layer:
    """Return what the VPS starts from: what ``$TAPAL_VPS`` names.

    Raises:
        LabError: it names something else.
    """
    if plan.VPS_SYSTEM not in _VPS:
        raise LabError(f"TAPAL_VPS is {plan.VPS_SYSTEM!r}; there are {', '.join(_VPS)}")
    return _VPS[plan.VPS_SYSTEM]


def folder() -> Path:
    """Return the folder of all layers."""
    return paths.cache() / "layers"


def missing(*wanted: Layer) -> list[Layer]:
    """Return the layers that are yet to be built, lowest first: for ``wanted``, or for the lab."""
    return [layer for layer in _with_below(wanted or (WORLD, of_vps())) if not layer.path.exists()]


def _with_below(wanted: Iterable[Layer]) -> list[Layer]:
    found: dict[Layer, None] = {}
    for layer in wanted:
        if layer.below:
            found.update(dict.fromkeys(_with_below([layer.below])))
        found[layer] = None
    return list(found)


def build_all(*wanted: Layer) -> None:
    """Build what is missing (see `missing`); two builders at once wait for each other.

    Raises:
        LabError: a recipe fails; the message names its log.
    """
    if not missing(*wanted):
        return
    with _alone():
        for layer in missing(*wanted):
            with step(f"building the lab's {layer.name} image (once)"):
                _build(layer)
        _prune()


def _prune() -> None:
    """Remove layers of older recipes, but for those that a node of any lab still lies on."""
    used = {str(layer.path) for layer in ALL}
    for lower in paths.cache().glob("lab*/*/lower"):
        used.update(lower.read_text().split(":"))
    for old in folder().glob("*-*"):
        if str(old) not in used and not old.name.startswith("."):
            shutil.rmtree(old)


@contextmanager
def _alone() -> Iterator[None]:
    folder().mkdir(parents=True, exist_ok=True)
    with (folder() / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for left in folder().glob(".new-*"):  # of a build that was killed
            shutil.rmtree(left)
        yield


def _build(layer: Layer) -> None:
    settings = mirror.machine()
    with tempfile.TemporaryDirectory(prefix=".new-", dir=folder()) as new:
        made = Path(new, "layer")
        if layer.below is None:
            arguments = [str(made), settings.archive, layer.suite]
        else:
            apt = Path(new, "apt")
            write_apt_files(apt, settings, layer.suite)
            below = ":".join(map(str, layer.below.lower))
            arguments = [
                str(made),
                below,
                str(apt),
                *([str(layer.settings)] if layer.settings else []),
            ]
        _run_recipe(layer, arguments, settings.environment())
        made.rename(layer.path)


def _run_recipe(layer: Layer, arguments: list[str], environment: Mapping[str, str]) -> None:
    """Run a recipe in a mount namespace of its own, so that its mounts end with it."""
    log = folder() / f"{layer.name}.log"
    with log.open("w") as output:
        done = subprocess.run(
            ["unshare", "--mount", "--propagation", "private", "env",
             *(f"{key}={value}" for key, value in environment.items()),
             "bash", str(layer.script), *arguments],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            check=False,
        )  # fmt: skip
    if done.returncode:
        tail = "\n".join(log.read_text(errors="replace").splitlines()[-8:])
        raise LabError(f"building the {layer.name} image failed; {log} ends with:\n{tail}")
