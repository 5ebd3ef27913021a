"""A test mail's way, told to a person."""

import ipaddress
from collections.abc import Iterator, Sequence

from rich.text import Text

from mail.answers import answer
from mail.chasquid.mails import Mail
from mail.message.compose import Mail as Message
from mail.message.submission import Timings
from tools.logs import story as logs


def handed_in(message: Message, host: str, timings: Timings) -> Iterator[Text]:
    """Yield how the mail was handed in."""
    yield Text(
        f"A test mail from {message.sender} to {', '.join(message.recipients)}", style="bold"
    )
    yield Text(f"  ·  Message-ID {message.message_id}, to be found by [{message.token}]", "dim")
    yield Text(f"  ✓  {host} port 465: {timings.tls}, and the certificate is right")
    yield Text(f"  ✓  logged in as {message.sender}")
    yield Text(f"  ✓  the server took it after {timings.accepted:.1f} s: 250 {timings.reply}")


def followed(mail: Mail, signers: str, addresses: Sequence[str]) -> Iterator[Text]:
    """Yield what the server's log tells of it."""
    yield from logs.story(mail, signers)
    tried = [
        found.address
        for delivery in mail.deliveries.values()
        for attempt in delivery.attempts
        if (found := answer.read(attempt.answer)).address
    ]
    for address in dict.fromkeys([*tried, *addresses]):
        how = "nobody answered at" if address in tried else "the server spoke with"
        yield Text(f"  ·  over {family(address)}: {how} {address}", style="dim")


def family(address: str) -> str:
    """Return ``IPv4`` or ``IPv6``."""
    try:
        return f"IPv{ipaddress.ip_address(address.partition('%')[0]).version}"
    except ValueError:
        return "an address"
