"""The envelope of a mail, as chasquid tells it to its hook in the environment."""

from collections.abc import Mapping
from dataclasses import dataclass

NULL = "<>"


class EnvelopeError(ValueError):
    """The environment is not what chasquid gives its hook."""


@dataclass(frozen=True)
class Envelope:
    """Who hands in a mail, and for whom.

    Attributes:
        account: ``user@domain`` that logged in; empty for mail from outside.
        sender: MAIL FROM, empty for the null sender.
        recipients: RCPT TO, in order.
        spf: Whether SPF passes for the sender's domain.
        client: Address and port of the client.
    """

    account: str
    sender: str
    recipients: tuple[str, ...] = ()
    spf: bool = False
    client: str = ""


def read(environment: Mapping[str, str]) -> Envelope:
    """Return the envelope that the hook's ``environment`` tells of.

    Raises:
        EnvelopeError: AUTH_AS or MAIL_FROM is missing.
    """
    try:
        account, sender = environment["AUTH_AS"], environment["MAIL_FROM"]
    except KeyError as error:
        raise EnvelopeError(f"the hook was not told {error.args[0]}") from error
    if not sender:
        raise EnvelopeError("MAIL_FROM is empty")
    return Envelope(
        account=account,
        sender="" if sender == NULL else sender,
        recipients=tuple(environment.get("RCPT_TO", "").split()),
        spf=environment.get("SPF_PASS") == "1",
        client=environment.get("REMOTE_ADDR", ""),
    )


def variables(block: bytes) -> dict[str, str]:
    """Return the environment that is written as ``NAME=value``, each with a NUL after it."""
    pairs = (one.partition(b"=") for one in block.split(b"\0") if one)
    return {
        name.decode("utf-8", "surrogateescape"): value.decode("utf-8", "surrogateescape")
        for name, _, value in pairs
    }
