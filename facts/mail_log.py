"""Commands that print chasquid's log on a host; root must run them."""

from pathlib import Path

SCRIPT = Path(__file__).with_suffix(".sh").read_text(encoding="utf-8")
SINCE = "-14 days"
_JOURNAL = ("journalctl", "--unit=chasquid.service", "--output=short-unix", "--quiet", "--no-pager")


def of(address: str, since: str = SINCE) -> list[str]:
    """Return what prints the log of the mails from or to ``address``."""
    return ["bash", "-c", SCRIPT, "tapal", address, since]


def last(lines: int) -> list[str]:
    """Return what prints the last ``lines``."""
    return [*_JOURNAL, f"--lines={lines}"]


def following(lines: int) -> list[str]:
    """Return what prints the last ``lines`` and those to come, until it is ended."""
    return [*last(lines), "--follow"]
