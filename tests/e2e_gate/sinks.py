"""Receivers of mail at many addresses of the world: run there by ``python3 -``.

The order is one JSON argument: ``addresses`` to listen at, on port 25; ``mails`` to wait for;
``seconds`` that each takes to answer a mail. Says "ready", and when all mails have come, prints
how long that took from the first connection on, and how many connections each had at once.
"""

import json
import socket
import sys
import threading
import time
from typing import Any

PATIENCE = 60


class Sinks:
    """All the receivers of one order."""

    def __init__(self, order: "dict[str, Any]") -> None:
        self._order = order
        self._lock = threading.Lock()
        self._came: list[float] = []
        self._began = 0.0
        self._open: dict[str, int] = {}
        self._most: dict[str, int] = {}
        self._all = threading.Event()

    def run(self) -> "dict[str, object]":
        """Take the mails, and tell."""
        listeners = [
            socket.create_server((one, 25), backlog=128) for one in self._order["addresses"]
        ]
        for one in listeners:
            threading.Thread(target=self._listen, args=(one,), daemon=True).start()
        print("ready", flush=True)
        self._all.wait(PATIENCE)
        seconds = round(max(self._came, default=0.0) - self._began, 3)
        return {"mails": len(self._came), "seconds": seconds, "most": max(self._most.values())}

    def _listen(self, listener: socket.socket) -> None:
        while True:
            connection, _ = listener.accept()
            self._began = self._began or time.time()
            threading.Thread(target=self._counted, args=(connection,), daemon=True).start()

    def _counted(self, connection: socket.socket) -> None:
        here = connection.getsockname()[0]
        self._count(here, 1)
        try:
            self._serve(connection)
        except OSError:
            pass
        finally:
            connection.close()
            self._count(here, -1)

    def _count(self, here: str, change: int) -> None:
        with self._lock:
            self._open[here] = self._open.get(here, 0) + change
            self._most[here] = max(self._most.get(here, 0), self._open[here])

    def _serve(self, connection: socket.socket) -> None:
        connection.sendall(b"220 sink ESMTP\r\n")
        lines = connection.makefile("rb")
        for line in lines:
            verb = line[:4].upper()
            if verb == b"DATA":
                connection.sendall(b"354 go on\r\n")
                while lines.readline() not in (b".\r\n", b""):
                    pass
                time.sleep(self._order["seconds"])
                self._take()
            connection.sendall(b"221 bye\r\n" if verb == b"QUIT" else b"250 well\r\n")
            if verb == b"QUIT":
                return

    def _take(self) -> None:
        with self._lock:
            self._came.append(time.time())
            if len(self._came) == self._order["mails"]:
                self._all.set()


if __name__ == "__main__":
    print(json.dumps(Sinks(json.loads(sys.argv[1])).run()))
