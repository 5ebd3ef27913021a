"""The life of one mail: where it is, what happens to it, and which file or record takes part."""

from dataclasses import dataclass

from mail import gate_policy
from mail.chasquid import files
from tests.pictures.canvas import Canvas

MARGIN, WIDTH = 24, 648
LEFT, RIGHT = 324, 256  # the stations, and what takes part in them
ROW, BOX, HEAD = 62, 52, 34
DOMAIN, SELECTOR = "example.com", "tapal-rsa"


@dataclass(frozen=True, kw_only=True)
class Station:
    """One thing that happens.

    Attributes:
        what: in a few words.
        how: at a little more length.
        by: the file or record that takes part; it is ours.
        about: what that says.
        kind: the colours of what takes part: ``dns`` or ``mail``.
    """

    what: str
    how: str
    by: str
    about: str
    kind: str = "mail"


def _file(path: str) -> str:
    """Return a file's name; docs/how-it-works.md has the whole path."""
    return path.rpartition("/")[2]


PLACES: dict[str, list[Station]] = {
    "Your mail program": [
        Station(what="Hand it in", how="port 465, or 587, with TLS",
                by="smtp.example.com A, AAAA", about="where the server is", kind="dns"),
    ],
    "Your server": [
        Station(what="Log in", how="the account's password",
                by=_file(files.users_path(DOMAIN)), about="its digest"),
        Station(what="Sign", how="DKIM, RSA and Ed25519",
                by=_file(files.dkim_path(DOMAIN, SELECTOR)), about="the private key"),
        Station(what="Ask the gate", how="sender, form, limits",
                by=_file(gate_policy.domain_path(DOMAIN)), about="who may write what"),
        Station(what="Queue and send", how="tried again for 120 hours",
                by=_file(files.config_path()), about="name, limits, waiting"),
    ],
    "The receiver's server": [
        Station(what="Who is calling?", how="name ↔ address",
                by="PTR, and A, AAAA", about="set by your provider", kind="dns"),
        Station(what="SPF", how="may this address send?",
                by="example.com TXT v=spf1", about="your server is named", kind="dns"),
        Station(what="DKIM", how="is the signature right?",
                by=f"{SELECTOR}._domainkey TXT", about="the public key", kind="dns"),
        Station(what="DMARC", how="does it fit the From line?",
                by="_dmarc TXT v=DMARC1", about="what to do if not", kind="dns"),
    ],
    "And then": [
        Station(what="Mailbox", how="or the spam folder: its choice",
                by="_dmarc: rua=mailto:…", about="reports come to you", kind="dns"),
        Station(what="Or it comes back", how="a bounce, forwarded to you",
                by=_file(files.aliases_path(DOMAIN)), about="where mail to you goes"),
    ],
}  # fmt: skip


def draw() -> str:
    """Return the picture."""
    stations = sum(map(len, PLACES.values()))
    height = MARGIN + len(PLACES) * (HEAD + 8) + stations * ROW + 12
    canvas = Canvas(
        width=WIDTH,
        height=height,
        title="The life of one mail",
        description=" ".join(
            f"{number}. {one.what}: {one.how}; {one.by}: {one.about}."
            for number, one in enumerate((one for all_ in PLACES.values() for one in all_), 1)
        ),
    )
    y, number = float(MARGIN), 1
    for place, those in PLACES.items():
        canvas.words(MARGIN, y + 20, place, "title")
        y += HEAD
        for one in those:
            _station(canvas, y, number, one)
            y, number = y + ROW, number + 1
        y += 8
    return canvas.svg()


def _station(canvas: Canvas, y: float, number: int, one: Station) -> None:
    canvas.box(MARGIN, y, LEFT, BOX)
    canvas.circle(MARGIN + 26, y + BOX / 2, 15, "paper")
    canvas.words(MARGIN + 26, y + BOX / 2 + 5, str(number), anchor="middle")
    canvas.words(MARGIN + 54, y + 22, one.what, "title")
    canvas.words(MARGIN + 54, y + 42, one.how, "soft")
    x = WIDTH - MARGIN - RIGHT
    canvas.path(f"M{x} {y + BOX / 2:g} H{MARGIN + LEFT + 1}", arrow=True)
    canvas.box(x, y, RIGHT, BOX, one.kind)
    canvas.words(x + 10, y + 22, one.by, "mono")
    canvas.words(x + 10, y + 42, one.about, "soft")
