"""One line of the mail log for a person."""

from rich.text import Text

from mail.answers import answer
from mail.chasquid.log import Event
from mail.chasquid.mails import seconds
from tools.status.check import span, stamp

STYLES = {"sent": "green", "permanent": "bold red", "temporary": "yellow", "rejected": "red",
          "login refused": "red", "bounced": "yellow"}  # fmt: skip


def line(event: Event) -> Text:
    """Return ``event`` as one line: time (UTC), id, what happened."""
    told = Text(f"{stamp(event.time)}  {event.mail or '-':<11}  ", style="dim")
    told.append(words(event), style=STYLES.get(event.kind, "default"))
    return told


def words(event: Event) -> str:
    """Return what happened, in words."""
    to = ", ".join(event.recipients)
    if event.kind in ("temporary", "permanent"):
        mark = "✗" if event.kind == "permanent" else "!"
        how = "refused" if event.kind == "permanent" else "not now"
        return f"{mark} {to}: {how}: {_answer(event.text)}"
    return {
        "login": f"{event.text} logged in from {event.peer}",
        "login refused": f"✗ a wrong password for {event.text} from {event.peer}",
        "rejected": f"✗ not taken from {event.peer}: {event.sender or '<>'} → {to}: {event.text}",
        "queued": f"taken: {event.sender} → {to}, from {event.peer}",
        "sent": f"✓ {to}: handed over, the receiver took it",
        "waits": f"· tried again in {span(seconds(event.text))}",
        "done": "done with it",
        "bounced": f"! told the sender, by the mail {event.text}",
    }[event.kind]


def _answer(text: str) -> str:
    said = answer.read(text)
    if not said.code:
        return f"{said.server} {said.said}".strip()
    by = f"{said.server} answered " if said.server else ""
    return f"{by}{said.codes} {said.said}"
