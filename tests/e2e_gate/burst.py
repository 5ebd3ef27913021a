"""Submits many mails at the operator's machine, honest and forged ones in turn.

The order comes as JSON on standard input; what became of each mail goes to standard output. An
honest mail is tried again while the server says "later", as every mail program does.
"""

import json
import smtplib
import ssl
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from mail.message.compose import compose

CONNECTIONS = 4
TRIES = 50
LATER = 451


def main() -> None:
    """Read the order, submit, and print for each token the codes that the server answered."""
    order = json.load(sys.stdin)
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        parts = (order["mails"][start::CONNECTIONS] for start in range(CONNECTIONS))
        found = pool.map(lambda mails: _submit(order, mails), parts)
        print(json.dumps({token: codes for part in found for token, codes in part.items()}))


def _submit(order: Mapping[str, Any], mails: list[dict[str, str]]) -> dict[str, list[int]]:
    codes: dict[str, list[int]] = {one["token"]: [] for one in mails}
    for one in mails:
        mail = compose(one["from"], [order["recipient"]], "burst", "text", token=one["token"])
        answers = codes[one["token"]]
        while not answers or (answers[-1] == LATER and one["honest"] and len(answers) < TRIES):
            answers.append(_send(order, mail.content))
    return codes


def _send(order: Mapping[str, Any], content: bytes) -> int:
    # A connection each time: chasquid hangs up after some refusals.
    context = ssl.create_default_context(cafile=order["cafile"])
    with smtplib.SMTP_SSL(order["host"], order["port"], context=context, timeout=60) as session:
        session.login(order["user"], order["password"])
        session.mail(order["user"])
        session.rcpt(order["recipient"])
        return session.data(content)[0]


if __name__ == "__main__":
    main()
