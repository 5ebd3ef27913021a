"""A mail from the stack's account to the lab's receiver, and the receiver's verdict."""

import json
import secrets
import sys
import time
from dataclasses import dataclass

from lab.ca import issuer
from lab.errors import LabError
from lab.operator import stack
from lab.world import receiver
from mail.message.verdict import Verdict, read

PROGRAM = "lab.demo.submit"


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """One mail, from submission to the receiver's mailbox.

    Attributes:
        recipient: the mailbox.
        raw: the message as the receiver stored it.
        verdict: what the receiver wrote into its header.
        seconds: from the start of the submission until it lay in the mailbox.
    """

    recipient: str
    raw: bytes
    verdict: Verdict
    seconds: float


@dataclass(frozen=True, kw_only=True)
class Submission:
    """The account settings of a mail program."""

    host: str
    user: str
    password: str
    port: int = 465


def send(submission: Submission, recipient: str, *, timeout: float = 30) -> Delivery:
    """Submit a mail at the operator's machine and wait until it is in the receiver's mailbox.

    Raises:
        LabError: it was not accepted, or did not arrive in ``timeout`` seconds.
    """
    token = secrets.token_hex(8)
    start = time.monotonic()
    submit(submission, recipient, token)
    raw = receiver.wait_for(recipient, lambda mail: token.encode() in mail, timeout=timeout)
    seconds = time.monotonic() - start
    return Delivery(recipient=recipient, raw=raw, verdict=read(raw), seconds=seconds)


def submit(
    submission: Submission, recipient: str, token: str, *, sender: str | None = None
) -> None:
    """Submit a mail at the operator's machine; the password goes by standard input.

    Args:
        submission: the account that logs in.
        recipient: whom it is for.
        token: what its subject ends with.
        sender: its envelope sender and From address, if not the account's own.

    Raises:
        LabError: the server did not take it.
    """
    order = {
        "host": submission.host,
        "port": submission.port,
        "user": submission.user,
        "password": submission.password,
        "sender": sender or submission.user,
        "recipient": recipient,
        "token": token,
        "cafile": str(issuer.file()),
    }
    done = stack.run([sys.executable, "-m", PROGRAM], stdin=json.dumps(order))
    if done.status:
        raise LabError(f"{submission.host} did not take the mail:\n{done.output}")
