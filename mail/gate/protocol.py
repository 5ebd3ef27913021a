"""What the hook and the gate say to each other over the gate's socket.

The hook sends the length of its environment (four bytes, big-endian), the environment
(``NAME=value``, each ended by a NUL) and the mail, to the end of its head at least. Back come one
byte, the exit status that the hook is to end with, and the text that chasquid gets: its last line
is what the sender is told. The gate may answer, and close, before it has read the whole mail.
"""

import contextlib
import socket
from collections.abc import Mapping
from dataclasses import dataclass

from mail.gate import envelope, headers
from mail.gate.verdict import Verdict

LONGEST_ENVIRONMENT = 1 << 20
_AT_ONCE = 1 << 16


class ProtocolError(ValueError):
    """What came over the socket is not a request."""


@dataclass(frozen=True)
class Request:
    """One mail to be judged.

    Attributes:
        environment: The hook's, with the envelope in it.
        mail: The mail, from its beginning to the end of its head at least.
    """

    environment: Mapping[str, str]
    mail: bytes


def read(connection: socket.socket) -> Request:
    """Read a request, of the mail as much as the gate needs.

    Raises:
        ProtocolError: It ends too early, or is not one.
        OSError: The hook has said nothing for too long.
    """
    data = _at_least(connection, b"", 4)
    length = int.from_bytes(data[:4], "big")
    if length > LONGEST_ENVIRONMENT:
        raise ProtocolError(f"an environment of {length} bytes")
    data = _at_least(connection, data[4:], length)
    variables, mail = envelope.variables(data[:length]), data[length:]
    searched = 0
    while headers.end(mail, searched) < 0 and len(mail) <= headers.LONGEST_HEAD:
        searched = len(mail)
        mail += connection.recv(_AT_ONCE)
        if len(mail) == searched:
            break
    return Request(variables, mail)


def encode(verdict: Verdict) -> bytes:
    """Return ``verdict`` as it goes over the socket."""
    line = f"{verdict.reason}\n" if verdict.reason else ""
    return bytes([verdict.status]) + line.encode("ascii", "backslashreplace")


def ask(path: str, environment: Mapping[str, str], mail: bytes = b"") -> Verdict:
    """Ask the gate behind the socket ``path``, as the hook does.

    Raises:
        OSError: Nobody answers there.
    """
    variables = b"".join(f"{name}={value}\0".encode() for name, value in environment.items())
    answer = b""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(10)
        connection.connect(path)
        with contextlib.suppress(ConnectionError):  # closed as soon as it had seen enough
            connection.sendall(len(variables).to_bytes(4, "big") + variables + mail)
            connection.shutdown(socket.SHUT_WR)
        with contextlib.suppress(ConnectionError):
            while more := connection.recv(_AT_ONCE):
                answer += more
    if not answer:
        raise ConnectionError(f"{path}: closed without an answer")
    return Verdict(status=answer[0], reason=answer[1:].decode().rstrip("\n"))


def _at_least(connection: socket.socket, data: bytes, length: int) -> bytes:
    while len(data) < length:
        more = connection.recv(_AT_ONCE)
        if not more:
            raise ProtocolError(f"it ended after {len(data)} bytes")
        data += more
    return data
