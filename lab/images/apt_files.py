"""The files of /etc/apt in a node: this machine's archive, proxy and settings."""

from pathlib import Path

from lab import plan
from lab.images.mirror import Mirror
from mail.template import render


def write_apt_files(etc_apt: Path, mirror: Mirror, *, inside: bool = False) -> None:
    """Write apt's sources and settings below ``etc_apt``.

    ``inside``: for a node of the lab, where hosts that only this machine knows (an address, or
    localhost) go by their lab address.
    """
    by_archive: dict[str, list[str]] = {}
    for source in mirror.sources:
        by_archive.setdefault(source.uri, []).append(source.suite)
    sources = render("lab/images/debian.sources.j2", archives=by_archive, release=plan.SUITE)
    settings = mirror.settings
    if inside:
        sources, settings = mirror.inside(sources), mirror.inside(settings)
    (etc_apt / "sources.list.d").mkdir(parents=True, exist_ok=True)
    (etc_apt / "apt.conf.d").mkdir(exist_ok=True)
    (etc_apt / "sources.list.d" / "debian.sources").write_text(sources)
    (etc_apt / "apt.conf.d" / "90provider").write_text(settings)
