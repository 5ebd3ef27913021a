"""What a person reads of a status: in a terminal, or without colours in a pipeline's log."""

from collections.abc import Sequence

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from mail.answers import answer, meaning
from mail.chasquid.mails import Delivery, Mail
from mail.chasquid.queue import Waiting
from tools.status.check import Check, span, stamp
from tools.status.reading import Status

MARKS = {"ok": ("✓", "green"), "warn": ("!", "yellow"), "bad": ("✗", "bold red")}
STATES = {"sent": ("✓", "green"), "refused": ("✗", "bold red"), "waiting": ("!", "yellow"),
          "under way": ("…", "dim")}  # fmt: skip
MOST = 10  # rows of the queue


def show(status: Status, to: Console) -> None:
    """Print all of it."""
    to.print(Text(f"{status.host}, stack {status.stack}", style="bold"))
    to.print(_checks(status.checks))
    _queue(status, to)
    to.print(Text("\nThe last mails", style="bold"))
    to.print(_mails(status.last) if status.last else "none since the log begins")


def _checks(checks: Sequence[Check]) -> Table:
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column()
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for one in checks:
        mark, style = MARKS[one.state]
        told = Text(one.seen)
        if one.cure:
            told.append(f"\n→ {one.cure}", style="bold")
        table.add_row(Text(mark, style=style), one.name, told)
    return table


def _queue(status: Status, to: Console) -> None:
    waiting = status.waiting
    if not waiting:
        to.print(Text("\nQueue: empty", style="bold"))
        return
    oldest = span(status.now - waiting[0].since)
    to.print(Text(f"\nQueue: {len(waiting)} waiting, the oldest for {oldest}", style="bold"))
    table = _table("waits", "from", "to", "why")
    for one in waiting[:MOST]:
        table.add_row(span(status.now - one.since), Text(one.sender), *_reasons(one))
    to.print(table)
    if len(waiting) > MOST:
        to.print(f"… and {len(waiting) - MOST} more")


def _reasons(one: Waiting) -> tuple[Text, Text]:
    to, why = Text(), Text()
    for number, (recipient, failure) in enumerate(one.recipients):
        if number:
            to.append("\n")
            why.append("\n")
        to.append(recipient)
        why.append(_words(failure) if failure else "it is being sent")
    return to, why


def _words(text: str) -> str:
    said = answer.read(text)
    words = meaning.explain(said).means
    return f"{said.codes}: {words}" if said.codes else words


def _mails(mails: Sequence[Mail]) -> Table:
    table = _table("", "UTC", "from", "to", "what became of it")
    for mail in mails:
        for delivery in mail.deliveries.values() or [Delivery(recipient=", ".join(mail.asked))]:
            mark, style = STATES[delivery.state]
            words = "taken" if delivery.state == "sent" else _words(delivery.answer)
            if delivery.state == "under way":
                words = "on its way"
            table.add_row(
                Text(mark, style=style), stamp(mail.seen), Text(mail.sender),
                Text(delivery.recipient), Text(words),
            )  # fmt: skip
    return table


def _table(*columns: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for one in columns:
        table.add_column(one, overflow="fold", no_wrap=one in ("UTC", "waits"))
    return table
