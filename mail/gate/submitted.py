"""Mail that an account submits: it may bear the account's own addresses alone, and must be whole.

chasquid signs by the envelope before the gate is asked, so what is taken here leaves with the
domain's signature.
"""

from collections.abc import Iterator

from mail.gate import authors
from mail.gate.account import Account
from mail.gate.authors import Mailbox
from mail.gate.envelope import Envelope
from mail.gate.headers import AUTHORS, Head
from mail.gate.policy import Policy
from mail.gate.verdict import Verdict, later, refused

_PLAINLY = 'write it as "Name" <address>, with the name in quotes'
_NEEDED = {"date": "Date", "message-id": "Message-ID"}


def decide(envelope: Envelope, head: Head, policy: Policy) -> Verdict:
    """Return what becomes of a submitted mail that has one From line."""
    account = policy.account(envelope.account)
    if account is None:
        return later("4.3.0", f"the mail server does not know yet what {envelope.account} may send")
    if not_whole := _not_whole(head):
        return refused("5.6.0", not_whole)
    for place, found in _places(envelope, head):
        if isinstance(found, str):
            return refused("5.6.0", f"the {place} {found}; {_PLAINLY}")
        for mailbox in found:
            if not policy.may_use(account, mailbox):
                return _not_permitted(account, place, mailbox)
    return Verdict()


def _not_whole(head: Head) -> str:
    if len(head.all("sender")) > 1:
        return "the mail has more than one Sender line; it may have one (RFC 5322 3.6)"
    for kind, name in _NEEDED.items():
        lines = head.all(kind)
        if len(lines) != 1 or not lines[0].value.strip():
            found = f"{len(lines)} {name} lines" if lines[1:] else f"no {name} line"
            return f"the mail has {found}; the mail program must write exactly one (RFC 5322 3.6)"
    return ""


def _places(envelope: Envelope, head: Head) -> "Iterator[tuple[str, str | tuple[Mailbox, ...]]]":
    """Yield each place that says who sends, with its mailboxes or what is wrong with it."""
    for kind in AUTHORS:
        for field in head.all(kind):
            line = authors.read(field.value)
            yield f"{kind.title()} line", field.fault or line.fault or line.mailboxes
    if envelope.sender:
        local, _, domain = envelope.sender.rpartition("@")
        yield "envelope sender", (Mailbox(local=local, domain=domain),)


def _not_permitted(account: Account, place: str, mailbox: Mailbox) -> Verdict:
    reason = f"{account.name} may not send as {mailbox} ({place})"
    cure = f"to permit it, name it in sendAs of {account.name} (tapal:domains[].sendAs)"
    return refused("5.7.1", f"{reason}; {cure}")
