"""Tells systemd that the gate is ready, and again and again that it is not stuck.

systemd kills and restarts a service that has stopped saying so (``WatchdogSec=``, sd_notify(3)).
Outside of systemd there is nobody to tell.
"""

import contextlib
import os
import socket
import time

EVERY = 5.0  # seconds


class Watchdog:
    """Where systemd listens, if it does."""

    def __init__(self) -> None:
        self._address = os.environ.get("NOTIFY_SOCKET", "")
        self._told = 0.0

    def ready(self) -> None:
        """Say that the service has started."""
        self._tell(b"READY=1")

    def alive(self) -> None:
        """Say that it goes on, if that was not said within `EVERY`."""
        if time.monotonic() - self._told >= EVERY:
            self._tell(b"WATCHDOG=1")

    def _tell(self, state: bytes) -> None:
        self._told = time.monotonic()
        if self._address:
            # A leading "@" stands for the NUL of an abstract name.
            address = "\0" + self._address[1:] if self._address[0] == "@" else self._address
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notice:
                notice.setblocking(False)
                with contextlib.suppress(OSError):  # said again soon
                    notice.sendto(state, address)
