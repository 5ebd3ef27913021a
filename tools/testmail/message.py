"""The mail itself: as a person would write it, so that it is judged as one."""

from html import escape

from mail.message.compose import Mail, compose

TEXT = """\
Hello,

this is a test mail from {sender}, sent by {host}.

To see what your mail provider thinks of it, open its source ("Show original" in Gmail, Ctrl+U in
Thunderbird) and look for Authentication-Results: spf, dkim and dmarc should all be "pass".

Is it in the spam folder? Then say that it is not, and answer it: that helps.
"""
HTML = """\
<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>{subject}</title></head>
<body>{paragraphs}</body></html>
"""


def make(sender: str, recipient: str, host: str) -> Mail:
    """Return a test mail.

    Raises:
        AddressError: one of the addresses is not an e-mail address.
    """
    subject = f"A test mail from {host}"
    text = TEXT.format(sender=sender, host=host)
    paragraphs = "\n".join(f"<p>{escape(one)}</p>" for one in text.strip().split("\n\n"))
    html = HTML.format(subject=escape(subject), paragraphs=paragraphs)
    return compose(sender, [recipient], subject, text, html=html)
