"""What a mail server does: one reading of its queue and log beside what it is (`snapshot`)."""

from pathlib import Path

from facts import snapshot

SCRIPT = Path(__file__).with_suffix(".sh").read_text(encoding="utf-8")
LINES = 4000  # of the log: some hundred mails


def command(lines: int = LINES) -> list[str]:
    """Return program and arguments that read a host, all in one go; root must run them.

    What they print is a snapshot (`facts.snapshot.parse`) with further kinds of lines: ``system``,
    ``memory``, ``space``, ``renewal``, ``service``, ``waiting``, ``item``, ``log``.

    Args:
        lines: how many lines of chasquid's log are looked at.
    """
    body, end, rest = snapshot.SCRIPT.rpartition("tell end\n")
    script = f'{SCRIPT}\n{body}activity "$1"\n{end}{rest}'
    return ["bash", "-c", script, "tapal", str(lines)]
