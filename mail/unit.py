"""chasquid's systemd unit, hardened by a drop-in beside the package's own."""

from pathlib import Path

from mail.chasquid import SERVICE, TEMPLATES


def drop_in_path() -> str:
    """Return where the drop-in lies on the host."""
    return f"/etc/systemd/system/{SERVICE}.d/tapal.conf"


def drop_in() -> str:
    """Return the drop-in; it has no settings of its own."""
    return Path(TEMPLATES, "chasquid-hardening.conf").read_text(encoding="utf-8")
