"""Signs what asks for one-click unsubscription: a service of its own, which may read the keys.

    python3 -m mail.gate.signer [--domains FOLDER] [--socket PATH]

systemd starts it at the first such mail and hands over the socket (``tapal-gate-sign.socket``); it
ends when it has had nothing to do for a while. Who calls is the gate (`mail.gate.oneclick`), with
the domain, a head and the connection of chasquid's hook, which is answered here: with the new field
in front of the mail, with nothing where chasquid did not sign either, or with "try again later" if
it cannot be signed. chasquid does the same when it cannot sign.
"""

import argparse
import logging
import select
import socket
import struct
import sys
import time
from pathlib import Path

from mail.gate import headers, listening, oneclick, protocol, signature
from mail.gate.openssl import SigningError
from mail.gate.store import LOCAL
from mail.gate.verdict import TAKEN
from mail.gate.watchdog import EVERY, Watchdog

IDLE = 60.0  # seconds after which it ends
_AT_ONCE = 1 << 16
_TIMEOUT = struct.pack("ll", 5, 0)

_log = logging.getLogger("tapal-gate-sign")


class Signer:
    """Answers hooks.

    Args:
        domains: Folder with a folder for each domain, in which its keys lie.
    """

    def __init__(self, domains: Path) -> None:
        self._domains = domains

    def run(self, listener: socket.socket, idle: float = IDLE) -> None:
        """Sign until nobody has called for ``idle`` seconds."""
        calls = select.poll()
        calls.register(listener, select.POLLIN)
        watchdog = Watchdog()
        watchdog.ready()
        last = time.monotonic()
        while time.monotonic() - last < idle:
            called = calls.poll(min(EVERY, idle) * 1000)
            watchdog.alive()
            if called:
                self._accept(listener)
                last = time.monotonic()

    def _accept(self, listener: socket.socket) -> None:
        connection, _ = listener.accept()
        with connection:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, _TIMEOUT)
            try:
                self._serve(connection)
            except (OSError, ValueError) as error:
                _log.warning("a mail could not be answered: %s", error)

    def _serve(self, connection: socket.socket) -> None:
        data, handed, _, _ = socket.recv_fds(connection, _AT_ONCE, 1)
        if not handed:
            raise OSError("no connection of a hook came with it")
        with socket.socket(fileno=handed[0]) as hook:
            while more := connection.recv(_AT_ONCE):
                data += more
            first, _, head = data.partition(b"\n")
            length, _, domain = first.decode().partition(" ")
            if length != str(len(head)):  # the gate has given up, and answers itself
                raise OSError(f"{len(head)} octets of {length} came")
            hook.sendall(self._answer(domain, head))

    def _answer(self, domain: str, head: bytes) -> bytes:
        more = tuple(name.encode() for name in headers.ONE_CLICK)
        try:
            return bytes([TAKEN]) + signature.added(head, self._folder(domain), more)
        except (SigningError, OSError, ValueError) as error:
            _log.error("mail of %r has to wait: %s", domain, error)
            return protocol.encode(oneclick.NO_SIGNER)

    def _folder(self, domain: str) -> Path:
        if not domain or "/" in domain or domain.startswith("."):
            raise SigningError(f"{domain!r} is no domain")
        return self._domains / domain


def main(arguments: "list[str] | None" = None) -> None:
    """Answer until there is nothing to do."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--domains", type=Path, default=LOCAL)
    parser.add_argument("--socket")
    parsed = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr)
    Signer(parsed.domains).run(listening.listener(parsed.socket))


if __name__ == "__main__":
    main()
