"""Sends one mail through your server: python3 docs/examples/first_mail.py SERVER FROM TO.

FROM is an account of the stack; its password is asked for, or read from $MAIL_PASSWORD.
"""

import getpass
import os
import smtplib
import socket
import ssl
import sys
from email.message import EmailMessage
from email.utils import formatdate, make_msgid


def main() -> int:
    """Send the mail; return the exit status."""
    if len(sys.argv) != 4:
        print(__doc__, file=sys.stderr)
        return 2
    server, sender, recipient = sys.argv[1:]
    password = os.environ.get("MAIL_PASSWORD") or getpass.getpass(f"Password of {sender}: ")
    try:
        send(server, sender, password, recipient)
    except (OSError, smtplib.SMTPException) as error:
        print(f"✗ {server} did not take the mail: {cause(error)}", file=sys.stderr)
        return 1
    print(f"{server} took the mail for {recipient}.")
    return 0


def send(server: str, sender: str, password: str, recipient: str) -> None:
    """Hand in one mail.

    Raises:
        OSError: the server cannot be reached, or is not the one that the certificate names.
        smtplib.SMTPException: it refuses.
    """
    mail = EmailMessage()
    mail["From"], mail["To"] = sender, recipient
    mail["Subject"] = "The first mail from my own server"
    mail["Date"], mail["Message-ID"] = formatdate(), make_msgid(domain=sender.partition("@")[2])
    mail.set_content("Hello!\n\nThis mail was sent by my own server.\n")
    # Without a context of its own smtplib takes any certificate, and tells anybody the password.
    trusted = ssl.create_default_context()
    with smtplib.SMTP_SSL(server, 465, timeout=30, context=trusted) as connection:
        connection.login(sender, password)
        connection.send_message(mail)


def cause(error: Exception) -> str:
    """Return what went wrong, and what to look at."""
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return (
            "it knows no such account, or another password. The account is the whole address; "
            "`pulumi stack output --stack … --show-secrets passwords` shows both"
        )
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        (_, answer), *_ = error.recipients.values()
        return f"it refuses the recipient: {answer.decode(errors='replace')}"
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate does not fit ({error.verify_message}). Give the server's name"
    if isinstance(error, socket.gaierror):
        return "there is no such name. Is it spelt right? A new name can take some minutes"
    if isinstance(error, TimeoutError):
        return "no answer at port 465. Does your provider, or this network, block it?"
    return str(error)


if __name__ == "__main__":
    sys.exit(main())
