"""Hands in mails from the world, without a password: run there by ``python3 -``.

The order is one JSON argument: ``host``, ``source`` (an address), ``sender``, ``subject``, and
``envelopes``, the recipients of each mail. All mails go over a few connections at once.
"""

import json
import smtplib
import ssl
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any

CONNECTIONS = 4


def main() -> None:
    """Hand in all, and print how many were taken."""
    order = json.loads(sys.argv[1])
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        parts = (order["envelopes"][start::CONNECTIONS] for start in range(CONNECTIONS))
        print(sum(pool.map(lambda part: _send(order, part), parts)))


def _send(order: "dict[str, Any]", envelopes: "list[list[str]]") -> int:
    if not envelopes:
        return 0
    source = (order["source"], 0)
    with smtplib.SMTP(order["host"], 25, source_address=source, timeout=60) as session:
        # With TLS: chasquid remembers that a domain has used it, and refuses it without.
        session.starttls(context=_unverified())
        for recipients in envelopes:
            head = f"From: {order['sender']}\r\nSubject: {order['subject']}\r\n"
            session.sendmail(order["sender"], recipients, f"{head}\r\nA text.\r\n")
    return len(envelopes)


def _unverified() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


if __name__ == "__main__":
    main()
