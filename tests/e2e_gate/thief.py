"""Somebody who has an account's password: sends whatever is taken, until nobody lets him in.

The order comes as JSON on standard input; what became of it goes to standard output. From each of
some addresses a connection is open and logged in all the while, and does nothing.
"""

import contextlib
import json
import smtplib
import ssl
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from itertools import count
from typing import Any

from mail.message.compose import compose

PATIENCE = 60  # seconds
Answer = tuple[float, int, str]


def main() -> None:
    """Read the order, steal, and print what was answered, and when."""
    order = json.load(sys.stdin)
    closed: dict[str, float] = {}
    watches = []
    for source in order.get("idle", []):
        idle = _login(order, source)
        watches.append(threading.Thread(target=_watch, args=(idle, source, closed), daemon=True))
        watches[-1].start()
    answers = list(_answers(order))
    for watch in watches:
        watch.join(PATIENCE / 3)
    print(json.dumps({"answers": answers, "closed": closed}))


def _answers(order: Mapping[str, Any]) -> Iterator[Answer]:
    """Yield for each try when it was, the code, and what was said; the last is a refused login."""
    numbers = count() if "tries" not in order else iter(range(order["tries"]))
    end = time.time() + PATIENCE
    while time.time() < end:
        try:
            session = _login(order)
        except smtplib.SMTPAuthenticationError as error:
            yield time.time(), error.smtp_code, "login"
            return
        try:
            for number in numbers:
                yield _send(session, order, number)
        except (smtplib.SMTPServerDisconnected, ConnectionError, ssl.SSLError) as error:
            yield time.time(), 0, type(error).__name__
        else:
            return


def _login(order: Mapping[str, Any], source: str = "") -> smtplib.SMTP:
    context = ssl.create_default_context(cafile=order["cafile"])
    session = smtplib.SMTP_SSL(
        order["host"],
        order["port"],
        context=context,
        timeout=PATIENCE,
        source_address=(source, 0) if source else None,
    )
    session.login(order["user"], order["password"])
    return session


def _send(session: smtplib.SMTP, order: Mapping[str, Any], number: int) -> Answer:
    sender = order.get("sender", order["user"])
    recipient = f"{order['token']}-{number}@{order['domain']}"
    mail = compose(sender, [recipient], "stolen", "text", token=f"{order['token']}-{number}")
    session.mail(order["user"])
    session.rcpt(recipient)
    code, said = session.data(mail.content)
    return time.time(), code, said.decode()


def _watch(session: smtplib.SMTP, source: str, closed: dict[str, float]) -> None:
    assert session.sock is not None
    with contextlib.suppress(OSError):
        while session.sock.recv(1):
            pass
    closed[source] = time.time()


if __name__ == "__main__":
    main()
