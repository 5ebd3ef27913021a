"""A mail to send: by RFC 5322, with a token that finds it again at the receiver."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, make_msgid

from mail.address import mailbox


@dataclass(frozen=True, kw_only=True)
class Mail:
    """A composed mail with its envelope.

    Attributes:
        content: The message, CRLF line ends.
        sender: Envelope sender, and the From address.
        recipients: Envelope recipients, and the To addresses.
        message_id: With its angle brackets.
        token: What stands in the subject and nowhere else.
    """

    content: bytes
    sender: str
    recipients: tuple[str, ...]
    message_id: str
    token: str


def compose(
    sender: str, recipients: Sequence[str], subject: str, text: str,
    *, html: str | None = None, token: str | None = None,
) -> Mail:  # fmt: skip
    """Return a mail of plain text, or of text and the same as HTML.

    Date and Message-ID are set here, the latter in the sender's domain: a server that has to add
    them does so after signing, or with a name of its own.

    Args:
        sender: An e-mail address.
        recipients: E-mail addresses, at least one.
        subject: What the mail is about; the token follows it in brackets.
        text: The body.
        html: The body as HTML, as the better of two alternatives (RFC 2046 §5.1.4).
        token: To be found by; random if left out.

    Raises:
        AddressError: One of the addresses is not an e-mail address.
        ValueError: ``recipients`` is empty, or the subject holds a line end.
    """
    if not recipients:
        raise ValueError("a mail needs at least one recipient")
    token = token or secrets.token_hex(8)
    origin = mailbox(sender)
    targets = tuple(mailbox(recipient) for recipient in recipients)
    message = EmailMessage(policy=SMTP)
    message["Date"] = format_datetime(datetime.now(UTC))
    message["From"] = origin
    message["To"] = ", ".join(targets)
    message["Message-ID"] = make_msgid(domain=origin.rpartition("@")[2])
    message["Subject"] = f"{subject} [{token}]"
    message.set_content(text)
    if html is not None:
        message.add_alternative(html, subtype="html")
    identity = str(message["Message-ID"])
    return Mail(content=message.as_bytes(), sender=origin, recipients=targets,
                message_id=identity, token=token)  # fmt: skip
