"""A sending server's ports: what it serves (RFC 5321, RFC 6409, RFC 8314) and connects to."""

import re
from collections.abc import Iterable, Sequence
from urllib.parse import urlsplit

SMTP = 25
HTTP = 80  # where the certificate authority asks (RFC 8555 §8.3)
SUBMISSIONS = 465
SUBMISSION = 587

SERVED = (SMTP, SUBMISSIONS, SUBMISSION)

TCP, UDP = "tcp", "udp"
Port = tuple[str, int]
"""A protocol and a port of it."""

# Mail, names, packages and certificates, time.
NEEDED: Sequence[Port] = (
    (TCP, SMTP), (TCP, 53), (UDP, 53), (TCP, 80), (TCP, 443), (UDP, 123),
)  # fmt: skip
_SCHEMES = {"http": 80, "https": 443}
_FORM = re.compile(r"(?:(tcp|udp)/)?([0-9]{1,5})(?:/(tcp|udp))?", re.IGNORECASE)


class PortError(ValueError):
    """It is not a port."""


def read(text: str) -> Port:
    """Return what ``text`` stands for: ``8080`` for TCP, ``udp/51820``, or ``51820/udp``.

    Raises:
        PortError: it is none of these.
    """
    match = _FORM.fullmatch(text.strip())
    if match is None or (match[1] and match[3]):
        raise PortError(f"{text!r} is not a port")
    protocol, port = (match[1] or match[3] or TCP).lower(), int(match[2])
    if not 1 <= port <= 65535:
        raise PortError(f"{text} is not a port: those go from 1 to 65535")
    return protocol, port


def entering(opened: Iterable[str], ssh: int) -> list[Port]:
    """Return all by which the server may be reached, sorted.

    Args:
        opened: what the stack opens, as `read` takes it.
        ssh: the port of sshd.
    """
    own = [(TCP, port) for port in (ssh, HTTP, *SERVED)]
    return sorted({*own, *map(read, opened)})


def leaving(opened: Iterable[str], urls: Iterable[str | None]) -> list[Port]:
    """Return all that the server may connect to, sorted.

    Args:
        opened: what the stack opens, as `read` takes it.
        urls: what the server fetches from by HTTP or HTTPS, at whatever port; None is nothing.
    """
    of_urls = [(TCP, _port(url)) for url in urls if url]
    return sorted({*NEEDED, *of_urls, *map(read, opened)})


def _port(url: str) -> int:
    parts = urlsplit(url)
    return parts.port or _SCHEMES[parts.scheme]
