"""Gmail's forms for "Send mail as", drawn with the fields filled in.

They are drawings, since Google's own pages cannot be shown here: what is in them is Google's words
and our example's values, not Google's looks. ``docs/sending.md`` shows them step by step.
"""

from collections.abc import Callable

from tests.pictures.canvas import Canvas

WIDTH, MARGIN, INNER = 520, 24, 472
FIELD = 36
LABELS = 150  # width of the column of labels
SERVER, ADDRESS = "smtp.example.com", "post@example.com"


class Form:
    """A window of Gmail's, filled from top to bottom."""

    def __init__(self, canvas: Canvas, heading: str) -> None:
        self.canvas = canvas
        canvas.words(MARGIN, 38, heading, "title")
        self.y = 62.0

    def sentence(self, *lines: str) -> None:
        """Write a paragraph."""
        for line in lines:
            self.canvas.words(MARGIN, self.y + 15, line, "soft")
            self.y += 22
        self.y += 8

    def field(self, label: str, value: str, *, width: float = INNER - LABELS) -> None:
        """Draw a field with its label and what is typed into it."""
        self.canvas.words(MARGIN, self.y + 23, label)
        x = MARGIN + LABELS
        self.canvas.box(x, self.y, width, FIELD, radius=4)
        self.canvas.words(x + 12, self.y + 23, value, "mono")
        self.y += FIELD + 12

    def choice(self, label: str, value: str) -> None:
        """Draw a list of which one value is chosen, beside the field above it."""
        y, width = self.y - FIELD - 12, 76
        x = WIDTH - MARGIN - width
        self.canvas.words(x - 10, y + 23, label, anchor="end")
        self.canvas.box(x, y, width, FIELD, radius=4)
        self.canvas.words(x + 12, y + 23, value, "mono")
        right = x + width - 14
        self.canvas.tick([(right - 5, y + 16), (right, y + 21), (right + 5, y + 16)], "soft")

    def box(self, label: str) -> None:
        """Draw a ticked box."""
        x, y = MARGIN + LABELS, self.y
        self.canvas.fill(x, y, 20, 20, "action")
        self.canvas.tick([(x + 4, y + 10), (x + 8, y + 14), (x + 16, y + 5)], "on-action")
        self.canvas.words(x + 30, y + 15, label)
        self.y += 36

    def radio(self, label: str, *, chosen: bool) -> None:
        """Draw one of several choices."""
        x, y = MARGIN + LABELS + 10, self.y + 10
        self.canvas.circle(x, y, 9, "paper", "action" if chosen else "line")
        if chosen:
            self.canvas.circle(x, y, 4, "action", "action")
        self.canvas.words(x + 20, y + 5, label, "" if chosen else "soft")
        self.y += 32

    def buttons(self, *labels: str) -> None:
        """Draw buttons from the right; the last one is the one to press."""
        x, y = float(WIDTH - MARGIN), self.y + 10
        for label in reversed(labels):
            width = 36 + 9 * len(label)
            x -= width
            pressed = label == labels[-1]
            if pressed:
                self.canvas.fill(x, y, width, FIELD, "action", radius=18)
            else:
                self.canvas.box(x, y, width, FIELD, radius=18)
            self.canvas.words(x + width / 2, y + 23, label, anchor="middle",
                              colour="on-action" if pressed else "ink")  # fmt: skip
            x -= 10


def _form(height: int, title: str, heading: str, fill: Callable[[Form], None]) -> str:
    canvas = Canvas(
        width=WIDTH,
        height=height,
        title=title,
        description="A drawing of Gmail's form with the fields filled in; the text beside it"
        " names each field and its value.",
    )
    fill(Form(canvas, heading))
    return canvas.svg()


def settings() -> str:
    """Return the place in the settings where it begins."""

    def fill(form: Form) -> None:
        x = float(MARGIN)
        for tab in ("General", "Labels", "Inbox", "Accounts and Import"):
            here = tab == "Accounts and Import"
            form.canvas.words(x, 80, tab, "link" if here else "soft")
            x += 30 + 8 * len(tab)
        form.canvas.path(f"M{MARGIN} 93 H{WIDTH - MARGIN}")
        form.canvas.words(MARGIN, 128, "Send mail as:")
        form.canvas.words(MARGIN + LABELS, 128, "You <you@gmail.com>", "soft")
        form.canvas.words(MARGIN + LABELS, 158, "Add another email address", "link")

    return _form(182, "Gmail: Settings, Accounts and Import, Send mail as", "Settings", fill)


def address() -> str:
    """Return the form that asks for name and address."""

    def fill(form: Form) -> None:
        form.sentence("Enter information about your other email address.")
        form.field("Name:", "Your Name")
        form.field("Email address:", ADDRESS)
        form.box("Treat as an alias.")
        form.buttons("Cancel", "Next Step")

    heading = "Add another email address you own"
    return _form(286, "Gmail: name and address", heading, fill)


def server() -> str:
    """Return the form that asks for the server and the login."""

    def fill(form: Form) -> None:
        form.sentence("Send mail through your SMTP server")
        form.field("SMTP Server:", SERVER, width=178)
        form.choice("Port:", "465")
        form.field("Username:", ADDRESS)
        form.field("Password:", "• • • • • • • • • • • •")
        form.radio("Secured connection using TLS", chosen=False)
        form.radio("Secured connection using SSL", chosen=True)
        form.buttons("Cancel", "Back", "Add Account")

    heading = "Add another email address you own"
    return _form(374, "Gmail: server, port, user name, password, SSL", heading, fill)


def code() -> str:
    """Return the form that asks for the code that was sent to the address."""

    def fill(form: Form) -> None:
        form.sentence("An email with a confirmation code was sent to", f"{ADDRESS}.")
        form.field("The code:", "123456789", width=178)
        form.buttons("Close window", "Verify")

    heading = "Confirm verification and add your email address"
    return _form(222, "Gmail: the confirmation code", heading, fill)
