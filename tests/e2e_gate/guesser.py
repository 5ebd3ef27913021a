"""Guesses passwords from the world: run there by ``python3 -``, its order as one JSON argument.

It logs in wrongly from each of its connections at the same time, until it has made its tries or
nobody answers any more, and prints how many answers it got. An idle connection that it opened
before shows whether what is open dies with him.
"""

import base64
import json
import socket
import ssl
import sys
import threading
import time
from typing import Any

WAIT = 2.0  # seconds for an answer; a login takes 0.1


class Guesser:
    """One order's guesses."""

    def __init__(self, order: "dict[str, Any]") -> None:
        self.order = order
        self.answers: list[float] = []
        self.opened = 0
        self._turn = 0
        self._lock = threading.Lock()
        self._ready = threading.Event()

    def run(self) -> "dict[str, object]":
        """Guess, and return what came of it."""
        idle = self._open() if self.order.get("idle") else None
        threads = [
            threading.Thread(target=self._guess, daemon=True)
            for _ in range(self.order.get("connections", 1))
        ]
        for one in threads:
            one.start()
        time.sleep(self.order.get("gather", 0))
        self._ready.set()
        for one in threads:
            one.join(self.order.get("seconds", 60))
        return {
            "answers": len(self.answers),
            "times": self.answers,
            "opened": self.opened,
            "idle": self._ask(idle, "NOOP") if idle else "",
            "again": self._again(),
            "ssh": self._reaches(22),
        }

    def _guess(self) -> None:
        try:
            connection = self._open() if self.order.get("gather") else None
        except OSError:
            return
        self._ready.wait()
        while len(self.answers) < self.order["tries"]:
            try:
                connection = connection or self._open()
                more = self._try(connection)
            except OSError:
                if not self.order.get("stubborn"):
                    return
                more = False
            if not more and connection:
                connection.close()
                connection = None
            time.sleep(self.order.get("pause", 0))

    def _try(self, connection: socket.socket) -> bool:
        """Send a login, or several at once; return whether the connection is still of use."""
        with self._lock:
            self._turn += 1
            name = self.order.get("user") or f"nobody{self._turn}@tapal.test"
        password = self.order.get("password", "wrong")
        word = base64.b64encode(f"\0{name}\0{password}".encode()).decode()
        pipelined = self.order.get("pipelined", 1)
        connection.sendall(f"AUTH PLAIN {word}\r\n".encode() * pipelined)
        for _ in range(pipelined):
            answer = _read(connection)
            self.answers.append(time.time())
            if not answer.startswith("535"):
                return False
        return not self.order.get("hangup")

    def _open(self) -> socket.socket:
        sources = self.order["sources"]
        with self._lock:
            self.opened += 1
            source = sources[self.opened % len(sources)]
        port = self.order["port"]
        connection = self._connect(source, port)
        if port != 465:
            _read(connection)
            for command in ("EHLO guesser", "STARTTLS"):
                self._ask(connection, command)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        secure = context.wrap_socket(connection)
        if port == 465:
            _read(secure)
        self._ask(secure, "EHLO guesser")
        return secure

    def _connect(self, source: str, port: int) -> socket.socket:
        family = socket.AF_INET6 if ":" in source else socket.AF_INET
        connection = socket.socket(family)
        connection.settimeout(WAIT)
        connection.bind((source, 0))
        host = self.order["ipv6" if ":" in source else "ipv4"]
        connection.connect((host, port))
        return connection

    def _ask(self, connection: socket.socket, command: str) -> str:
        try:
            connection.sendall(f"{command}\r\n".encode())
            return _read(connection)
        except OSError as error:
            return f"dead: {error}"

    def _again(self) -> str:
        try:
            return self._ask(self._open(), "NOOP")
        except OSError as error:
            return f"dead: {error}"

    def _reaches(self, port: int) -> bool:
        try:
            self._connect(self.order["sources"][0], port).close()
        except OSError:
            return False
        return True


def _read(connection: socket.socket) -> str:
    """Read one answer, of however many lines."""
    said = b""
    while not (said.endswith(b"\r\n") and said.splitlines()[-1][3:4] == b" "):
        part = connection.recv(4096)
        if not part:
            raise OSError("hung up")
        said += part
    return said.decode()


if __name__ == "__main__":
    print(json.dumps(Guesser(json.loads(sys.argv[1])).run()))
