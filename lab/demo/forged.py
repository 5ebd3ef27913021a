"""Mail in somebody else's name, as an outsider and as an account of the server hand it in."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from rich.table import Table

from lab import nodes, plan
from lab.demo.delivery import Submission, submit
from lab.demo.figures import MARKS
from lab.errors import LabError

OUTSIDER = "somebody@receiver.test"
_REFUSED = re.compile(r"\b554 (5\.7\.\d+ [^\r\n]*)")


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """One forged mail.

    Attributes:
        who: who hands it in.
        names: as whom: the envelope sender and the From line.
        refusal: what the server said when it refused the mail for good; empty if it did not.
    """

    who: str
    names: str
    refusal: str


def attempts(submission: Submission, other: str) -> Iterator[Attempt]:
    """Hand in forged mails one by one: from outside as an account, and as ``other`` with a login.

    Args:
        submission: an account of the server.
        other: an address that this account may not use.
    """
    own = submission.user
    recipient = f"anything@{own.partition('@')[2]}"
    for sender, author in ((own, own), ("<>", own), (OUTSIDER, f"A colleague <{own}>")):
        said = outside(sender, author, recipient)
        yield _attempt("an outsider, without a password", f"{sender}, From: {author}", said)
    try:
        submit(submission, plan.MAILBOX, "forged", sender=other)
    except LabError as error:
        said = str(error)
    else:
        said = ""
    yield _attempt(own, f"{other}, From: {other}", said)


def outside(sender: str, author: str, recipient: str, *more: str) -> str:
    """Hand in a mail from the world, without a password; return the whole conversation.

    Args:
        sender: the envelope sender, ``<>`` for none.
        author: what stands in the From line.
        recipient: an address that the server forwards.
        more: further arguments of swaks.
    """
    argv = ["swaks", "--server", plan.VPS.name, "--local-interface", plan.RECEIVER.ipv6]
    argv += ["--tls", "--ehlo", plan.RECEIVER.name, "--from", sender, "--to", recipient]
    argv += ["--header", f"From: {author}", *more]
    return nodes.run("world", argv).stdout.decode()


def table(found: list[Attempt]) -> Table:
    """Return the attempts as a table with a mark for each."""
    made = Table(title="Mail in another's name, at the server's door")
    for column in ("", "who", "as", "the server's answer"):
        made.add_column(column, overflow="fold")
    for one in found:
        answer = f"554 {one.refusal}" if one.refusal else "TAKEN, or not refused for good"
        made.add_row(MARKS[bool(one.refusal)], one.who, one.names, answer)
    return made


def _attempt(who: str, names: str, said: str) -> Attempt:
    refused = _REFUSED.search(said)
    return Attempt(who=who, names=names, refusal=refused[1] if refused else "")
