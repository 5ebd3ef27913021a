"""Commands that print chasquid's log on a host; root must run them."""

from pathlib import Path

_FOLDER = Path(__file__).parent
SCRIPT = (_FOLDER / "mail_log.sh").read_text(encoding="utf-8")
WATCH = (_FOLDER / "watch.sh").read_text(encoding="utf-8")
READY, CONNECTED = "ready", "connected "
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


def watching(seconds: int) -> list[str]:
    """Return what prints the log from now on, and the servers that mail is handed to meanwhile.

    Its first line is `READY`; each server's is its address after `CONNECTED`.
    """
    return ["bash", "-c", WATCH, "tapal", str(seconds)]
