"""Answers the hook over the gate's socket, with a few threads that wait for it in turn.

Threads and no event loop: measured, a mail costs 40 to 60 µs of processor time here and 195 µs in
asyncio. A question that goes wrong is answered "try again later": nothing passes unjudged.
"""

import logging
import socket
import struct
import threading
from collections.abc import Callable

from mail.gate import protocol, verdict
from mail.gate.protocol import ProtocolError, Request
from mail.gate.verdict import Verdict

WORKERS = 4
PATIENCE = 30  # seconds for a hook that has stopped talking; chasquid ends it after 60
Judge = Callable[[Request], Verdict]
BROKEN = verdict.later("4.3.0", "the mail gate has failed, try again later")

_log = logging.getLogger("tapal-gate")
_TIMEOUT = struct.pack("ll", PATIENCE, 0)


class Server:
    """The threads that answer, until `stop`."""

    def __init__(self, listener: socket.socket, judge: Judge) -> None:
        self._listener = listener
        self._judge = judge
        self._stopping = False
        self._threads = [threading.Thread(target=self._work, daemon=True) for _ in range(WORKERS)]

    def start(self) -> None:
        """Begin to answer."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """End when every mail in hand is answered; who waits in the socket's queue stays there."""
        self._stopping = True
        for _ in self._threads:  # each ends after the next connection that it accepts
            with socket.socket(socket.AF_UNIX) as waker:
                waker.connect(self._listener.getsockname())
        for thread in self._threads:
            thread.join(PATIENCE)

    def _work(self) -> None:
        while not self._stopping:
            connection, _ = self._listener.accept()
            with connection:
                try:
                    self._serve(connection)
                except (OSError, ProtocolError) as error:
                    if not self._stopping:
                        _log.warning("a question broke off: %s", error)

    def _serve(self, connection: socket.socket) -> None:
        # The kernel's own timeout: with Python's every read would first ask whether it may.
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, _TIMEOUT)
        request = protocol.read(connection)
        try:
            answer = self._judge(request)
        except Exception:  # noqa: BLE001 - whatever it is: the mail waits, the next is judged
            _log.exception("a mail could not be judged")
            answer = BROKEN
        connection.sendall(protocol.encode(answer))
