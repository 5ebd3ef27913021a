"""The socket on which a service of the gate is asked."""

import socket
from pathlib import Path

FROM_SYSTEMD = 3  # the first file descriptor that it hands over: sd_listen_fds(3)


def listener(path: "str | None") -> socket.socket:
    """Return the socket that systemd handed over, or a new one at ``path``."""
    if path is None:
        return socket.socket(fileno=FROM_SYSTEMD)
    Path(path).unlink(missing_ok=True)
    made = socket.socket(socket.AF_UNIX)
    made.bind(path)
    made.listen(512)
    return made
