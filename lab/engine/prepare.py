"""Makes the folder of executables that ``pulumi`` needs, and the environment to run it in.

Three sources, the first that is there wins:

1. the folder named by ``TAPAL_PLUGINS``: official plugins, and ``pulumi`` too if it holds one;
2. an official ``pulumi`` on ``PATH``, which fetches its own plugins;
3. the CLI built from its Go module (``build``) with the stand-ins of ``plugins/``.

The engine finds ``language-python`` and ``pulumi-python`` beside the ``pulumi`` binary (with
symbolic links resolved, so that one is a hard link), and provider plugins by name and version
under ``$PULUMI_HOME/plugins``; anywhere else on ``PATH`` they would cost a warning each.
"""

import hashlib
import os
import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

from lab.engine import build
from lab.errors import LabError
from lab.paths import REPOSITORY, cache
from lab.progress import say

BUNDLED = ("pulumi-language-python", "pulumi-resource-pulumi-python")
# What the official language host starts for each program, and looks for beside itself.
EXECUTOR = "pulumi-language-python-exec"
PROVIDERS = {"cloudflare": "pulumi-cloudflare"}
HERE = Path(__file__).parent


class PrepareError(LabError):
    """The engine cannot be set up; the message says what is missing and the cure."""


def prepare() -> Path:
    """Return the folder to put first on PATH, made or completed if need be.

    Raises PrepareError, or go.BuildError where the CLI has to be built and cannot be.
    """
    named = os.environ.get("TAPAL_PLUGINS")
    if named:
        _use_named(Path(named))
    elif official := _official():
        _use_official(official)
        return official
    else:
        _use_own()
    return _bin()


def environment(*, state: Path, passphrase: str = "") -> dict[str, str]:
    """Return the whole environment for ``pulumi``: this process's, changed where it must be.

    ``state`` is the folder of the file backend (made if missing); ``passphrase`` encrypts the
    stacks' secrets. Calls ``prepare`` and raises what it raises.
    """
    folder = prepare()
    state.mkdir(parents=True, exist_ok=True)
    changed = {
        "PATH": f"{folder}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
        "PULUMI_HOME": str(_home()),
        "PULUMI_BACKEND_URL": f"file://{state.resolve()}",
        "PULUMI_CONFIG_PASSPHRASE": passphrase,
        "PULUMI_SKIP_UPDATE_CHECK": "1",
        "PULUMI_IGNORE_AMBIENT_PLUGINS": "1",
    }
    if folder == _bin():
        changed["PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION"] = "true"
    return {**os.environ, **changed}


def _clone() -> Path:
    """Return this clone's folder: launchers hold the repository's path, so each has its own."""
    key = f"{REPOSITORY}\n{os.environ.get('TAPAL_PLUGINS', '')}"
    return cache() / "engine" / "clones" / hashlib.sha256(key.encode()).hexdigest()[:12]


def _bin() -> Path:
    return _clone() / "bin"


def _home() -> Path:
    return _clone() / "home"


def _official() -> Path | None:
    """Return the folder of an official installation on PATH: one with its language host."""
    found = shutil.which("pulumi")
    if found is None:
        return None
    folder = Path(found).resolve().parent
    own = folder.is_relative_to(cache().resolve())
    return folder if not own and (folder / BUNDLED[0]).exists() else None


def _plugin(name: str) -> Path:
    """Return where the engine looks for the provider ``name``, at its SDK's version."""
    folder = _home() / "plugins" / f"resource-{name}-v{version(PROVIDERS[name])}"
    return folder / f"pulumi-resource-{name}"


def _use_named(folder: Path) -> None:
    wanted = {name: _bin() / name for name in (*BUNDLED, EXECUTOR)}
    wanted |= {f"pulumi-resource-{name}": _plugin(name) for name in PROVIDERS}
    missing = [name for name in wanted if not os.access(folder / name, os.X_OK)]
    if missing:
        raise PrepareError(
            f"TAPAL_PLUGINS={folder} lacks {', '.join(missing)}: put the official executables "
            "there, or unset it to use what this machine has"
        )
    for name, path in wanted.items():
        _link(path, (folder / name).resolve())
    official = _official()
    if (folder / "pulumi").exists():
        _hard_link(folder / "pulumi")
    else:
        _hard_link(official / "pulumi" if official else build.cli())


def _use_official(folder: Path) -> None:
    """Let the official CLI fetch its plugins; where it cannot, put the stand-ins in their place."""
    for name, package in PROVIDERS.items():
        path = _plugin(name)
        if path.exists():
            continue
        fetched = subprocess.run(
            [folder / "pulumi", "plugin", "install", "resource", name, version(package)],
            env={**os.environ, "PULUMI_HOME": str(_home()), "PULUMI_SKIP_UPDATE_CHECK": "1"},
            capture_output=True,
            check=False,
        )
        if fetched.returncode:
            say(f"· the official {name} plugin cannot be fetched here: using the stand-in")
            _launcher(path, name)


def _use_own() -> None:
    _hard_link(build.cli())
    language, dynamic = BUNDLED
    _launcher(_bin() / language, "language")
    _write(_bin() / dynamic, _filled("dynamic.sh"))
    for name in PROVIDERS:
        _launcher(_plugin(name), name)


def _launcher(path: Path, module: str) -> None:
    _write(path, _filled("launcher.sh").replace("@module@", f"lab.engine.plugins.{module}"))


def _filled(template: str) -> str:
    text = (HERE / template).read_text()
    text = text.replace("@repository@", shlex.quote(str(REPOSITORY)))
    return text.replace("@environment@", shlex.quote(str(REPOSITORY / "venv")))


def _write(path: Path, text: str) -> None:
    """Make ``path`` an executable file with ``text``, unless it is one already."""
    if not path.is_symlink() and path.exists() and path.read_text() == text:
        return
    with _replacement(path) as new:
        new.write_text(text)
        new.chmod(0o755)


def _link(path: Path, target: Path) -> None:
    if not (path.is_symlink() and path.readlink() == target):
        with _replacement(path) as new:
            new.symlink_to(target)


def _hard_link(target: Path) -> None:
    path = _bin() / "pulumi"
    if path.exists() and path.samefile(target):
        return
    if path.exists() and path.stat().st_mtime_ns == target.stat().st_mtime_ns:
        return  # a copy, on another file system than its source
    with _replacement(path) as new:
        try:
            new.hardlink_to(target.resolve())
        except OSError:
            shutil.copy2(target, new)


@contextmanager
def _replacement(path: Path) -> Iterator[Path]:
    """Yield a path to make a file at; it replaces ``path`` in one step when the body is done."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".new-") as folder:
        new = Path(folder, path.name)
        yield new
        new.replace(path)
