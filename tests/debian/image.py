"""The image: the lab's base tree with a developer's packages on it, built once and kept.

What is in a virtual environment of this machine is in the image's too, version for version, so a
difference is Python's own. The packages come by this machine's pip, with its settings; the image
asks no network for them.
"""

import fcntl
import hashlib
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from lab import command, paths
from lab.images import image, mirror
from lab.images.apt_files import write_apt_files
from lab.progress import step

HERE = Path(__file__).resolve().parent
RECIPE = HERE / "image.sh"
REQUIREMENTS = ("requirements.txt", "requirements-dev.txt")
OWNER = 1000
"""The image's user, who is not root."""


def venv() -> Path:
    """Return where the virtual environment lies in the image, named as lab/setup.sh does it."""
    return Path(f"/opt/venv-{_hash(*REQUIREMENTS)}")


def run(words: Sequence[str], folder: Path) -> "subprocess.CompletedProcess[str]":
    """Run ``words`` in the image, in a copy of the repository as it is now, committed or not.

    Args:
        words: what is run, as an ordinary user without a network.
        folder: an empty one, for the copy.
    """
    scratch, project = folder / "scratch", folder / "project"
    scratch.mkdir()
    _copy(project)
    with _alone() as cache:
        lower = f"{_layer()}:{image.BASE.path}"
        argv = ["unshare", "--mount", "--propagation", "private", "sh", str(HERE / "run.sh")]
        argv += [lower, str(scratch), str(project), str(cache), *words]
        return subprocess.run(
            argv,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )


def _copy(project: Path) -> None:
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=paths.REPOSITORY, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    for name in filter(None, listed.split("\0")):
        if (paths.REPOSITORY / name).is_file():
            (project / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(paths.REPOSITORY / name, project / name)
    for words in (["init", "--quiet", "--initial-branch=main"], ["add", "--all"]):
        subprocess.run(["git", *words], cwd=project, check=True)
    (project / "venv").symlink_to(venv())
    subprocess.run(["chown", "--recursive", "--no-dereference", f"{OWNER}:{OWNER}", str(project)],
                   check=True)  # fmt: skip


@contextmanager
def _alone() -> Iterator[Path]:
    """Wait for others who build or use the image, and give the cache folder of its user."""
    cache = paths.cache() / "debian"
    cache.mkdir(parents=True, exist_ok=True)
    shutil.chown(cache, OWNER, OWNER)
    with (paths.cache() / "debian.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield cache


def _hash(*names: str) -> str:
    whole = b"".join((paths.REPOSITORY / name).read_bytes() for name in names)
    return hashlib.sha256(whole).hexdigest()[:12]


def _layer() -> Path:
    """Return the layer over the base tree; build it, in the place of older ones, if need be."""
    recipe = hashlib.sha256(RECIPE.read_bytes()).hexdigest()[:6]
    made = paths.cache() / f"debian-{image.BASE.key}-{recipe}-{_hash(*REQUIREMENTS)}"
    if not made.exists():
        image.build_all()
        for old in paths.cache().glob("debian-*"):
            shutil.rmtree(old)
        with step("installing requirements-dev.txt on the lab's Debian 13 (once)"):
            _build(made)
    return made


def _build(layer: Path) -> None:
    settings = mirror.machine()
    with tempfile.TemporaryDirectory(prefix="debian-", dir=paths.cache()) as name:
        work = Path(name)
        write_apt_files(work / "apt", settings)
        _wheels(work / "wheels")
        environment = [f"{key}={value}" for key, value in settings.environment().items()]
        argv = ["unshare", "--mount", "--propagation", "private", "env", *environment]
        argv += ["bash", str(RECIPE), str(work / "layer"), str(image.BASE.path)]
        command.run([*argv, str(work / "apt"), str(work / "wheels"), str(venv())], timeout=None)
        (work / "layer").rename(layer)


def _wheels(folder: Path) -> None:
    """Put into ``folder`` what this environment consists of, for the Python of the base tree."""
    folder.mkdir()
    packages, own = folder / "packages.txt", folder / "own"
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    packages.write_text(command.run([*pip, "freeze"]))
    asked = ["--no-deps", "--requirement", str(packages)]
    # Some are published as source alone: those are built here, and they fit any Python.
    wheel = [*pip, "wheel", "--use-pep517", "--wheel-dir", str(own), *asked]
    command.run(wheel, timeout=None)
    python = (image.BASE.path / "usr/bin/python3").readlink().name.removeprefix("python")
    command.run([*pip, "download", "--python-version", python, "--only-binary=:all:",
         "--find-links", str(own), "--dest", str(folder), *asked], timeout=None)  # fmt: skip
    shutil.rmtree(own)
