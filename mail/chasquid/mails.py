"""The way of each mail through the server, put together from the events of the log."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from mail.chasquid.log import Event

State = Literal["under way", "sent", "refused", "waiting"]


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """One attempt to hand a mail on.

    Attributes:
        time: seconds since 1970.
        state: what came of it.
        answer: what the receiver said, or what else went wrong; empty when it was taken.
    """

    time: float
    state: State
    answer: str = ""


@dataclass(kw_only=True)
class Delivery:
    """A mail on its way to one recipient, after aliases."""

    recipient: str
    attempts: list[Attempt] = field(default_factory=list)

    @property
    def state(self) -> State:
        """Return what the last attempt came to."""
        return self.attempts[-1].state if self.attempts else "under way"

    @property
    def answer(self) -> str:
        """Return what the last attempt was answered."""
        return self.attempts[-1].answer if self.attempts else ""


@dataclass(kw_only=True)
class Mail:
    """A mail that the server took.

    Attributes:
        id: chasquid's.
        sender: envelope sender; ``<>`` for a bounce.
        time: when it was taken; 0 if that was before what was read of the log.
        peer: who handed it in; empty for what the server made itself.
        asked: the recipients as they were handed in.
        deliveries: by recipient, after aliases.
        bounce: the id of the mail that told the sender of a failure; empty if there was none.
        next_try: when it is tried again; 0 if it is not waiting.
        account: who logged in to hand it in; empty for mail from outside.
    """

    id: str
    sender: str
    time: float = 0.0
    peer: str = ""
    asked: tuple[str, ...] = ()
    deliveries: dict[str, Delivery] = field(default_factory=dict)
    bounce: str = ""
    next_try: float = 0.0
    account: str = ""

    @property
    def seen(self) -> float:
        """Return when something happened to it first."""
        times = [one.time for each in self.deliveries.values() for one in each.attempts]
        return self.time or min(times, default=0.0)

    def is_about(self, domains: frozenset[str]) -> bool:
        """Return whether one of ``domains`` sends it or gets it."""
        addresses = (self.sender, *self.asked, *self.deliveries)
        return any(one.rpartition("@")[2].lower() in domains for one in addresses)


_STATES: dict[str, State] = {"sent": "sent", "temporary": "waiting", "permanent": "refused"}
_UNITS = {"h": 3600.0, "m": 60.0, "s": 1.0}


def gather(events: Iterable[Event]) -> list[Mail]:
    """Return the mails that ``events`` tell of, in the order in which they were seen first."""
    mails: dict[str, Mail] = {}
    logged_in: dict[str, str] = {}
    for event in events:
        if event.kind == "login":
            logged_in[event.peer] = event.text
        elif event.mail:
            mail = mails.setdefault(event.mail, Mail(id=event.mail, sender=event.sender))
            _tell(mail, event)
            mail.account = mail.account or logged_in.get(mail.peer, "")
    return list(mails.values())


def _tell(mail: Mail, event: Event) -> None:
    mail.sender = mail.sender or event.sender
    if event.kind == "queued":
        mail.time, mail.peer, mail.asked = event.time, event.peer, event.recipients
    elif event.kind == "bounced":
        mail.bounce = event.text
    elif event.kind == "waits":
        mail.next_try = event.time + seconds(event.text)
    elif event.kind == "done":
        mail.next_try = 0.0
    else:
        for recipient in event.recipients:
            delivery = mail.deliveries.setdefault(recipient, Delivery(recipient=recipient))
            attempt = Attempt(time=event.time, state=_STATES[event.kind], answer=event.text)
            delivery.attempts.append(attempt)


def seconds(duration: str) -> float:
    """Return the seconds of a duration as Go prints it, such as ``1m36.7s``; 0 if it is none."""
    total, number = 0.0, ""
    for sign in duration:
        if sign not in _UNITS:
            number += sign
            continue
        try:
            total += float(number) * _UNITS[sign]
        except ValueError:
            return 0.0
        number = ""
    return total
