"""Answers the hook over the gate's socket, one mail after the other.

One thread and no event loop: a mail costs 70 µs of processor time here, 100 with four threads and
200 in asyncio; and what is counted needs no lock. The hook calls when it has all that is needed,
so nobody waits for another's mail. A question that goes wrong is answered "try again later":
nothing passes unjudged.
"""

import logging
import select
import signal
import socket
import struct
import time
from collections.abc import Callable

from mail.gate import oneclick, protocol, verdict
from mail.gate.protocol import ProtocolError, Request
from mail.gate.verdict import Verdict
from mail.gate.watchdog import EVERY, Watchdog

PATIENCE = 5  # seconds for a hook that has stopped talking
Judge = Callable[[Request], Verdict]
BROKEN = verdict.later("4.3.0", "the mail gate has failed, try again later")

_log = logging.getLogger("tapal-gate")
_TIMEOUT = struct.pack("ll", PATIENCE, 0)


class Server:
    """Waits for mails to be judged."""

    def __init__(
        self,
        listener: socket.socket,
        judge: Judge,
        now_and_then: Callable[[], None] = lambda: None,
        *,
        signer: str = oneclick.SOCKET,
    ) -> None:
        self._listener = listener
        self._judge = judge
        self._now_and_then = now_and_then
        self._signer = signer
        self._done = float("-inf")
        self._stopping = False

    def run(self) -> None:
        """Answer until SIGTERM or SIGINT.

        The mail in hand is still answered; who waits in the socket's queue stays there, for the
        next to answer if systemd keeps the socket open.
        """
        # A signal is noted by Python here, and wakes up `poll`.
        ended, noted = socket.socketpair()
        noted.setblocking(False)
        signal.set_wakeup_fd(noted.fileno())
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        calls = select.poll()
        for one in (self._listener, ended):
            calls.register(one, select.POLLIN)
        watchdog = Watchdog()
        watchdog.ready()
        while True:
            called = calls.poll(EVERY * 1000)
            if self._stopping:
                return
            watchdog.alive()
            self._look_around()
            if not called:
                continue
            connection, _ = self._listener.accept()
            with connection:
                try:
                    self._serve(connection)
                except (OSError, ProtocolError) as error:
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
        if answer.signs:
            try:
                oneclick.hand_on(connection, answer.signs, request.mail, self._signer)
            except OSError as error:
                _log.warning("a mail cannot be signed: %s: %s", self._signer, error)
                answer = oneclick.NO_SIGNER
            else:
                return  # the signer answers
        connection.sendall(protocol.encode(answer))

    def _look_around(self) -> None:
        """Do what is done now and then, every `EVERY` seconds, under load too."""
        now = time.monotonic()
        if now - self._done < EVERY:
            return
        self._done = now
        try:
            self._now_and_then()
        except Exception:  # noqa: BLE001 - mail goes on
            _log.exception("what is done now and then has failed")

    def _stop(self, *_: object) -> None:
        self._stopping = True
