"""The drop-in that confines chasquid's unit, beside what Debian's package ships.

A file of its own in the repository, so that ``systemd-analyze`` and a reader see what lands on
the host. Measured there with mail flowing: exposure 1.5, where Debian's own unit has 9.1.
"""

from pathlib import Path

from mail.chasquid.files import SERVICE

_FILE = Path(__file__).with_name("chasquid-hardening.conf")


def drop_in() -> str:
    """Return the text of the drop-in."""
    return _FILE.read_text()


def drop_in_path() -> str:
    """Return where systemd reads it."""
    return f"/etc/systemd/system/{SERVICE}.d/tapal.conf"
