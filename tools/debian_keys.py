"""``python -m tools.debian_keys``: renews Debian's archive keys that the repository carries.

Needs a Debian machine with gpg: its own package mirror hands out ``debian-archive-keyring`` of
testing, and apt proves that with the keys that the machine trusts already.
"""

import os
import subprocess
import tempfile
from pathlib import Path

from pysequoia import Cert

from mail.template import render
from settings.stack_file import PROJECT

FOLDER = PROJECT / "components" / "host" / "keys"
KEYS = FOLDER / "debian-archive.asc"
PAGE = FOLDER / "README.md"
# Testing is signed by the automatic keys of the two newest stable releases. When a third one signs,
# its name comes here; one that signs no longer goes.
RELEASES = ("bookworm", "trixie")
PACKAGE = "debian-archive-keyring"
KEYRINGS = "usr/share/keyrings"
_SOURCE = "deb [signed-by=/{keyrings}/{package}.gpg] {mirror} testing main\n"


def main() -> None:
    """Fetch the package, and write the keys and the page that lists them."""
    with tempfile.TemporaryDirectory(prefix="tapal-") as name:
        package = _fetch(Path(name))
        tree = package.parent / "tree"
        _run(["dpkg-deb", "-x", str(package), str(tree)], package.parent)
        files = [tree / KEYRINGS / f"debian-archive-{one}-automatic.gpg" for one in RELEASES]
        KEYS.write_text(_armored(files, package.parent), encoding="ascii")
        PAGE.write_text(page(version=package.name.split("_")[1]), encoding="utf-8")
    print(f"✓ {KEYS.relative_to(PROJECT)}: {len(RELEASES)} keys")


def page(version: str) -> str:
    """Return the text of the page beside the keys.

    Args:
        version: of the package that they are from.
    """
    return render("tools/debian_keys.md.j2", package=PACKAGE, version=version, keys=listed())


def listed() -> list[Cert]:
    """Return the keys that the repository carries."""
    return Cert.split_file(str(KEYS))


def _fetch(work: Path) -> Path:
    for folder in ("lists/partial", "cache/archives/partial"):
        (work / folder).mkdir(parents=True)
    source = _SOURCE.format(keyrings=KEYRINGS, package=PACKAGE, mirror=_mirror(work))
    (work / "sources.list").write_text(source)
    options = {
        "Dir::Etc::SourceList": work / "sources.list",
        "Dir::Etc::SourceParts": "/dev/null",
        "Dir::State::Lists": work / "lists",
        "Dir::Cache": work / "cache",
        "Acquire::Languages": "none",
        "APT::Sandbox::User": "root",
    }
    apt = ["apt-get", "-qq", *(f"-o{name}={value}" for name, value in options.items())]
    _run([*apt, "update"], work)
    _run([*apt, "download", PACKAGE], work)
    return next(work.glob(f"{PACKAGE}_*.deb"))


def _mirror(work: Path) -> str:
    """Return the Debian mirror of this machine."""
    wanted = "$(ORIGIN) $(LABEL) $(REPO_URI)"
    listing = _run(["apt-get", "indextargets", "--format", wanted, "Created-By: Packages"], work)
    found = [line.split() for line in listing.splitlines() if line.startswith("Debian Debian ")]
    if not found:
        raise SystemExit("✗ this machine's apt sources name no Debian mirror: use a Debian machine")
    return found[0][2]


def _armored(files: list[Path], work: Path) -> str:
    """Return the keys in ``files`` as text, without the signatures of others on them."""
    home = work / "gnupg"
    home.mkdir(mode=0o700)
    gpg = ["gpg", "--batch", "--quiet", "--homedir", str(home)]
    _run([*gpg, "--import", *map(str, files)], work)
    return _run([*gpg, "--armor", "--export-options", "export-minimal", "--export"], work)


def _run(command: list[str], work: Path) -> str:
    done = subprocess.run(
        command,
        cwd=work,
        env={**os.environ, "LC_ALL": "C"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"✗ {' '.join(command)} failed:\n{done.stdout}{done.stderr}")
    return done.stdout


if __name__ == "__main__":
    main()
