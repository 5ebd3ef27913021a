"""What became of each mail, told in its order: handed in, signed, tried, answered."""

from collections.abc import Iterator

from rich.text import Text

from mail.answers import answer, meaning
from mail.answers.answer import Answer
from mail.chasquid.mails import Attempt, Delivery, Mail
from tools.status.check import stamp

WHOSE = {"ours": "what you can do", "theirs": "the receiver's matter",
         "recipient": "whoever wrote the address", "wait": "what to do"}  # fmt: skip
STATES = {"sent": ("✓", "green"), "refused": ("✗", "bold red"), "waiting": ("!", "yellow"),
          "under way": ("…", "dim")}  # fmt: skip


def story(mail: Mail, signers: str = "") -> Iterator[Text]:
    """Yield the lines of one mail's story.

    Args:
        mail: the mail.
        signers: what signs its sender's mail, such as the selectors; empty if that is not known.
    """
    asked = ", ".join(mail.asked) or ", ".join(mail.deliveries)
    yield Text(f"{mail.id}  {mail.sender or '<>'} → {asked}", style="bold")
    yield from _handed_in(mail, signers)
    for delivery in mail.deliveries.values():
        yield from _delivery(delivery, mail)
    if mail.bounce:
        yield Text(f"  !  the sender was told, by the mail {mail.bounce}", style="yellow")
    if mail.next_try and any(one.state == "waiting" for one in mail.deliveries.values()):
        yield Text(f"  …  tried again at {stamp(mail.next_try)} UTC")


def _handed_in(mail: Mail, signers: str) -> Iterator[Text]:
    if mail.time:
        who = f"by {mail.account}, logged in," if mail.account else "by another mail server"
        yield Text(f"  ✓  {stamp(mail.time)} UTC  handed in {who} from {mail.peer}")
    elif mail.sender == "<>":
        yield Text("  ·  made by this server, to tell that a mail could not be delivered")
    if mail.account and signers:
        yield Text(f"  ·  signed (DKIM) with {signers}, as the stack's file says")


def _delivery(delivery: Delivery, mail: Mail) -> Iterator[Text]:
    if mail.asked and delivery.recipient not in mail.asked:
        yield Text(f"  ·  an alias leads to {delivery.recipient}")
    *before, last = delivery.attempts
    for attempt in before:
        yield _attempt(attempt, delivery.recipient)
    yield _attempt(last, delivery.recipient)
    if last.state != "sent":
        yield from explained(answer.read(last.answer))


def _attempt(attempt: Attempt, recipient: str) -> Text:
    mark, style = STATES[attempt.state]
    when = f"  {mark}  {stamp(attempt.time)} UTC  "
    if attempt.state == "sent":
        return Text(f"{when}{recipient}: the receiver took it (250)", style=style)
    said = answer.read(attempt.answer)
    how = "refused it for good" if attempt.state == "refused" else "not taken for now"
    if said.code:
        by = said.server or "the receiver"
        return Text(f"{when}{recipient}: {how}; {by} said {said.codes} {said.said}", style=style)
    return Text(f"{when}{recipient}: {how}; {said.server} {said.said}", style=style)


def explained(said: Answer) -> Iterator[Text]:
    """Yield what an answer means, what to do, and who says so."""
    found = meaning.explain(said)
    who = meaning.receiver(said)
    named = f"{said.codes} of {who}" if who and said.codes else said.codes
    yield Text(f"     {f'{named}: ' if named else ''}{found.means}")
    if found.cure:
        yield Text(f"     → {WHOSE[found.whose]}: {found.cure}  [{found.source}]", style="bold")
