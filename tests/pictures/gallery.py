"""Which pictures there are."""

from collections.abc import Callable

from lab.paths import REPOSITORY
from tests.pictures import gmail, graph, one_mail, terminal

FOLDER = REPOSITORY / "docs" / "pictures"
PICTURES: dict[str, Callable[[], str]] = {
    "graph.svg": graph.draw,
    "terminal.svg": terminal.draw,
    "one-mail.svg": one_mail.draw,
    "gmail-1-settings.svg": gmail.settings,
    "gmail-2-address.svg": gmail.address,
    "gmail-3-server.svg": gmail.server,
    "gmail-4-code.svg": gmail.code,
}
