"""The client of all measurements: it submits mail over TLS (465) with AUTH, on 8 connections."""

import smtplib
import ssl
import time
from concurrent.futures import ThreadPoolExecutor
from email.utils import formatdate

CONNECTIONS = 8
PASSWORD = "benchmark-only-password"  # noqa: S105 - of servers that live for some seconds
BODY = "".join(f"line {number} of a mail of ordinary size\r\n" for number in range(60))
SIGNED, UNSIGNED, SINK = "signed.test", "unsigned.test", "sink.test"
ACCOUNT = f"i@{SINK}"


def rate(port: int, sender: str, mails: int, per_login: "int | None" = None) -> float:
    """Submit ``mails`` mails of domain ``sender`` over all connections; return mails a second.

    ``per_login`` is after how many mails each connection is closed, and another one opened and
    logged in; by default after all of its share.
    """
    each = mails // CONNECTIONS
    start = time.monotonic()
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        # A mail that is refused raises here: it would make the rate look better.
        list(pool.map(lambda _: _share(port, sender, each, per_login or each), range(CONNECTIONS)))
    return each * CONNECTIONS / (time.monotonic() - start)


def _share(port: int, sender: str, mails: int, per_login: int) -> None:
    for first in range(0, mails, per_login):
        with smtplib.SMTP_SSL("127.0.0.1", port, context=_context(), timeout=60) as session:
            session.login(ACCOUNT, PASSWORD)
            for number in range(first, min(first + per_login, mails)):
                session.sendmail(f"i@{sender}", [f"sink@{SINK}"], _mail(sender, number))


def _context() -> ssl.SSLContext:
    # The certificate was made a second ago on this very machine: there is nothing to verify.
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _mail(sender: str, number: int) -> str:
    fields = {
        "From": f"i@{sender}",
        "To": f"sink@{SINK}",
        "Subject": str(number),
        "Date": formatdate(),
        "Message-ID": f"<{number}@{sender}>",
    }
    return "".join(f"{name}: {value}\r\n" for name, value in fields.items()) + f"\r\n{BODY}"
