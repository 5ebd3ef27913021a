"""Chasquid's mail log, as systemd's journal keeps it: lines read as events.

chasquid writes two kinds of lines: traces for its developers, and the mail log, whose lines begin
with a date of their own. Only the latter are read here, but for the trace that names a bounce.
Addresses and answers in them are what others sent: a line that is not understood is left out, and
what is shown of one has no control characters.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

from mail.printable import printable

Kind = Literal[
    "login", "login refused", "rejected", "queued", "sent", "temporary", "permanent", "waits",
    "done", "bounced",
]  # fmt: skip

_JOURNAL = re.compile(r"(?P<time>\d+\.\d+) \S+ chasquid\[\d+\]: (?P<rest>.*)")
_DATED = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+ (?P<said>.*)")
_ID = r"(?P<mail>[\w-]{8,16})"
_PEER = r"(?P<peer>\S+:\d+)"


@dataclass(frozen=True, kw_only=True)
class Event:
    """One line of the mail log.

    Attributes:
        time: seconds since 1970.
        kind: what happened.
        mail: chasquid's id of the mail; empty where there is none yet.
        sender: its envelope sender; ``<>`` for a bounce.
        recipients: whom it is about.
        peer: address and port of who handed it in.
        text: an answer, a delay, the account, or the id of the bounce.
    """

    time: float
    kind: Kind
    mail: str = ""
    sender: str = ""
    recipients: tuple[str, ...] = ()
    peer: str = ""
    text: str = ""

    def is_about(self, domains: frozenset[str]) -> bool:
        """Return whether an address in it is of one of ``domains``."""
        account = self.text if self.kind in ("login", "login refused") else ""
        addresses = (self.sender, account, *self.recipients)
        return any(one.rpartition("@")[2].lower() in domains for one in addresses)


# In an answer anything may stand, so that what leads to it is matched as short as possible; and no
# form has two parts of any length that others could fill, which would take for ever on some lines.
_FORMS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], Kind]], ...] = (
    (re.compile(rf"{_PEER} auth (?P<how>succeeded|failed) for (?P<text>.*)"),
     lambda found: "login" if found["how"] == "succeeded" else "login refused"),
    (re.compile(rf"{_PEER} rejected(?P<pair>.*?) - (?P<text>.*)"), lambda _: "rejected"),
    (re.compile(rf"{_ID} from=(?P<sender>.*) queued ip={_PEER} to=\[(?P<to>.*)\]"),
     lambda _: "queued"),
    (re.compile(rf"{_ID} from=(?P<pair>.*?) failed \((?P<how>temporary|permanent)\): (?P<text>.*)"),
     lambda found: "temporary" if found["how"] == "temporary" else "permanent"),
    (re.compile(rf"{_ID} from=(?P<pair>.*) sent"), lambda _: "sent"),
    (re.compile(rf"{_ID} from=(?P<sender>.*) completed loop, next in (?P<text>[\dhms.]+)"),
     lambda _: "waits"),
    (re.compile(rf"{_ID} from=(?P<sender>.*) all done"), lambda _: "done"),
)  # fmt: skip
_BOUNCE = re.compile(rf"_ \S+\s+Queue\.SendLoop {_ID}: queued DSN: (?P<text>[\w-]+)")


def read(lines: Iterable[str]) -> list[Event]:
    """Return the events in ``lines`` of ``journalctl --output=short-unix``."""
    return [event for event in map(event_of, lines) if event]


def event_of(line: str) -> Event | None:
    """Return the event that ``line`` tells; None if it tells none."""
    found = _JOURNAL.fullmatch(line.strip("\n"))
    if found is None:
        return None
    time, rest = float(found["time"]), found["rest"].strip()
    if bounce := _BOUNCE.fullmatch(rest):
        return Event(time=time, kind="bounced", mail=bounce["mail"], text=bounce["text"])
    dated = _DATED.fullmatch(rest)
    if dated is None:
        return None
    for form, kind in _FORMS:
        if said := form.fullmatch(dated["said"]):
            return _event(time, kind(said), said.groupdict())
    return None


def _event(time: float, kind: Kind, said: dict[str, str | None]) -> Event:
    def get(name: str) -> str:
        return printable(said.get(name) or "")

    sender, to = get("sender"), get("to")
    if pair := get("pair"):
        before, _, to = pair.rpartition(" to=") if " to=" in pair else (pair, "", "")
        sender, to = before.strip().removeprefix("from="), to.removeprefix("[").removesuffix("]")
    # Go prints a list with blanks between: only a quoted local part may hold one.
    recipients = tuple(to.split(" ")) if kind in ("queued", "rejected") else (to,)
    return Event(
        time=time, kind=kind, mail=get("mail"), sender=sender,
        recipients=recipients if to else (), peer=get("peer"), text=get("text"),
    )  # fmt: skip
