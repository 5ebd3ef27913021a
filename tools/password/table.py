"""What one types into a mail program."""

from rich import box
from rich.table import Table
from rich.text import Text


def table(host: str, address: str, password: str) -> Table:
    """Return the settings of ``address`` on the server ``host``."""
    rows = (
        ("server (SMTP, outgoing)", host),
        ("port and security", "465 with SSL/TLS, or 587 with STARTTLS"),
        ("user name", address),
        ("password", password),
        ("authentication", "normal password (PLAIN)"),
    )
    found = Table(box=box.SIMPLE, show_header=False, pad_edge=False, show_edge=False)
    found.add_column(no_wrap=True)
    # Never cut or wrapped by a blank within: it is selected with the mouse.
    found.add_column(overflow="fold")
    for name, value in rows:
        found.add_row(name, Text(value, style="bold" if name in ("user name", "password") else ""))
    return found
