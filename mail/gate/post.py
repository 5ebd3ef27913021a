"""Hands the gate's notices to chasquid; run by ``tapal-gate-post.service`` as the gate's own user.

    python3 -m mail.gate.post

They go to this machine's port 25 with the null sender, as mail from outside does, to the postmaster
of the server's own name. The gate lets them in by the secret that each bears, which is the name of
its file; it is removed when chasquid has taken the mail, and opens nothing then.
"""

import logging
import os
import smtplib
import sys
import time
from pathlib import Path

from mail.gate import notice, spool, store

STATE = Path("/var/lib/tapal-gate")
HOST, PORT = "127.0.0.1", 25
LATER = 75
GIVES_UP = 5 * 24 * 3600  # seconds

_log = logging.getLogger("tapal-gate-post")


def main() -> int:
    """Send what is there; return `LATER` if some of it has to be sent later."""
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stdout)
    folder = Path(os.environ.get("STATE_DIRECTORY", STATE))
    policy = store.load(store.FOLDER)
    return send(folder, policy.host, notice.address(policy), (HOST, PORT))


def send(folder: Path, own: str, recipient: str, server: "tuple[str, int]") -> int:
    """Send the notices in ``folder`` to ``recipient``; return 0, or `LATER` if one is left.

    Args:
        folder: The gate's state directory.
        own: The host's name, for EHLO.
        recipient: The postmaster.
        server: Address and port of chasquid.
    """
    status = 0
    for path in sorted((folder / spool.NOTICES).glob("*.eml")):
        try:
            with smtplib.SMTP(*server, local_hostname=own, timeout=60) as session:
                session.sendmail("", [recipient], path.read_bytes().replace(b"\n", b"\r\n"))
        except (OSError, smtplib.SMTPException) as error:
            _log.warning("a notice to the postmaster has to wait: %s", error)
            if time.time() - path.stat().st_mtime < GIVES_UP:
                status = LATER
            else:
                path.unlink(missing_ok=True)
        else:
            path.unlink(missing_ok=True)
            _log.info("the postmaster has been told")
    return status


if __name__ == "__main__":
    sys.exit(main())
