"""The table that a person reads: in a terminal, or without colours in a pipeline's log."""

import datetime as dt

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from tools.users.host import Account, Usage

NEARLY = 0.8  # of a limit: worth a look


def show(usage: Usage, to: Console) -> None:
    """Print the table."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, expand=False)
    table.add_column("account", no_wrap=True)
    table.add_column("mails: 1 min", justify="right")
    table.add_column("1 h", justify="right")
    table.add_column("recipients: 24 h", justify="right", no_wrap=True)
    table.add_column("new: 24 h", justify="right", no_wrap=True)
    table.add_column("last mail (UTC)", no_wrap=True)
    table.add_column("", overflow="fold")
    for one in usage.accounts:
        table.add_row(*_row(one))
    to.print(table)
    if not usage.accounts:
        to.print("there is no account")


def _row(one: Account) -> tuple[Text, ...]:
    return (
        Text(one.name, style="bold"),
        Text(str(one.in_minute)),
        Text(str(one.in_hour)),
        _of(one.recipients, one.most_recipients),
        _of(one.strangers, one.most_strangers),
        Text(_time(one.last), style="" if one.last else "dim"),
        Text(f"✗ denied {one.denied}" if one.denied else "", style="bold red"),
    )


def _of(used: int, most: int) -> Text:
    style = "bold red" if used >= most else "yellow" if used >= NEARLY * most else ""
    return Text(f"{used} of {most}", style=style if used else "")


def _time(seconds: float) -> str:
    if not seconds:
        return "never"
    return dt.datetime.fromtimestamp(seconds, dt.UTC).strftime("%Y-%m-%d %H:%M:%S")
