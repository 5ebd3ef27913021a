"""Submits one mail, as a mail program would; the order comes as JSON on standard input."""

import json
import sys

from mail.message.compose import compose
from mail.message.submission import Account, SubmissionError, submit

TEXT = "A mail from tapal's lab: submitted with a password, signed by the server.\n"


def main() -> int:
    """Read the order, submit, and return the exit status."""
    order = json.load(sys.stdin)
    account = Account(
        host=order["host"],
        port=order["port"],
        user=order["user"],
        password=order["password"],
        cafile=order["cafile"],
    )
    mail = compose(order["sender"], [order["recipient"]], "tapal's lab", TEXT, token=order["token"])
    try:
        submit(account, mail)
    except SubmissionError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
