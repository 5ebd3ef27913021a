"""Sends one mail through your server: python3 docs/examples/first_mail.py SERVER FROM TO.

FROM is an account of the stack; its password is asked for, or read from $MAIL_PASSWORD.
"""

import getpass
import os
import smtplib
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
    mail = EmailMessage()
    mail["From"], mail["To"] = sender, recipient
    mail["Subject"] = "The first mail from my own server"
    mail["Date"], mail["Message-ID"] = formatdate(), make_msgid(domain=sender.partition("@")[2])
    mail.set_content("Hello!\n\nThis mail was sent by my own server.\n")
    with smtplib.SMTP_SSL(server, 465, timeout=30) as connection:
        connection.login(sender, password)
        connection.send_message(mail)
    print(f"{server} took the mail for {recipient}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
