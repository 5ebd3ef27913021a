"""The files of /etc/apt in a node: this machine's archive, proxy and settings."""

from pathlib import Path

from lab import plan
from lab.images.mirror import Mirror
from mail.template import render


def write_apt_files(
    etc_apt: Path, mirror: Mirror, suite: str = plan.SUITE, *, inside: bool = False
) -> None:
    """Write apt's sources and settings below ``etc_apt``, for the Debian ``suite``.

    ``inside``: for a node of the lab, where hosts that only this machine knows (an address, or
    localhost) go by their lab address.
    """
    by_archive: dict[str, list[str]] = {}
    for source in mirror.sources:
        part = source.suite.removeprefix(plan.SUITE)
        by_archive.setdefault(source.uri, []).append(suite + part)
    sources = render("lab/images/debian.sources.j2", archives=by_archive)
    (etc_apt / "sources.list.d").mkdir(parents=True, exist_ok=True)
    listed = mirror.inside(sources) if inside else sources
    (etc_apt / "sources.list.d" / "debian.sources").write_text(listed)
    write_apt_settings(etc_apt, mirror, inside=inside)


def write_apt_settings(etc_apt: Path, mirror: Mirror, *, inside: bool = False) -> None:
    """Write apt's settings below ``etc_apt``, and no sources; ``inside`` as above."""
    (etc_apt / "apt.conf.d").mkdir(parents=True, exist_ok=True)
    settings = mirror.inside(mirror.settings) if inside else mirror.settings
    (etc_apt / "apt.conf.d" / "90provider").write_text(settings)
