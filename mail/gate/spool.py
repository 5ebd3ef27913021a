"""What the gate asks others to do: files in its state directory, which systemd watches.

``deny/ACCOUNT``: shut this account out (`mail.gate.deny`, with root's rights).
``notices/SECRET.eml``: send this mail to the postmaster (`mail.gate.post`, over the network). The
gate lets it in, in our own name, as long as the file is there: it bears the secret in a field.
"""

import os
import re
import secrets
from pathlib import Path

DENY = "deny"
NOTICES = "notices"
FIELD = "X-Tapal-Notice"
_SECRET = re.compile(r"[0-9a-f]{32}")


def ask_to_deny(folder: Path, account: str) -> None:
    """Ask for the denial of ``account``.

    Raises:
        OSError: It cannot be written.
    """
    if account in {"", ".", ".."} or "/" in account:  # no account that chasquid could have
        return
    _place(folder, DENY, account, b"")


def tell(folder: Path, mail: bytes) -> str:
    """Have ``mail`` sent to the postmaster; return its secret.

    Raises:
        OSError: It cannot be written.
    """
    secret = secrets.token_hex(16)
    _place(folder, NOTICES, f"{secret}.eml", f"{FIELD}: {secret}\n".encode() + mail)
    return secret


def is_notice(folder: Path, secret: str) -> bool:
    """Return whether a mail that bears ``secret`` is one that the gate itself has written."""
    return bool(_SECRET.fullmatch(secret)) and (folder / NOTICES / f"{secret}.eml").is_file()


def _place(folder: Path, kind: str, name: str, content: bytes) -> None:
    """Put a whole file there: who watches the folder must not find half of one."""
    place = folder / kind
    place.mkdir(mode=0o700, exist_ok=True)
    beside = folder / f".{kind}.new"
    with beside.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(place / name)
