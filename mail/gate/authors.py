"""Which mailboxes a From or Sender line names, and whether all programs read the same ones.

Only a list of plain addresses, each alone or in angle brackets after a name, counts as read without
doubt (RFC 5322 §3.4, in UTF-8 by RFC 6532; a full stop and brackets in a name are let pass since
everybody writes and reads them). Groups, comments that hold an address, source routes, blanks
around ``@``, control characters, words that are encoded inside an address, and whatever else the
grammar calls obsolete are not wrong for us to see, but they are read differently: the caller must
then look at `readings`.
"""

import re
import unicodedata
from dataclasses import dataclass

_CTL = r"\x00-\x1f\x7f-\x9f\u2028\u2029"
_ATOM = rf"[^{_CTL}\s\"(),.:;<>@\[\\\]]+"
_LABEL = r"[A-Za-z0-9_\u00a1-\U0010ffff](?:[A-Za-z0-9_\u00a1-\U0010ffff-]*)"
_COMMENT = rf"\([^{_CTL}()\\<>@\"]*\)"
_BLANKS = rf"[ \t]*(?:{_COMMENT}[ \t]*)*"
_ADDRESS = (
    rf'(?:({_ATOM}(?:\.{_ATOM})*)|"([^{_CTL}"\\@<>,;:()]*)")'
    rf"@({_LABEL}(?:\.{_LABEL})*|\[[0-9A-Za-z:.]+\])"
)
_QUOTED = rf'"(?:[^{_CTL}"\\]|\t|\\[ -~])*"'
_NAME = rf'(?:[^{_CTL}"()<>@,:;\\]|\t|{_QUOTED}|{_COMMENT})*'
_AFTER = rf"{_BLANKS}(?:,|\Z)"
_BARE = re.compile(rf"{_BLANKS}{_ADDRESS}{_AFTER}")
_NAMED = re.compile(rf"{_NAME}<[ \t]*{_ADDRESS}[ \t]*>{_AFTER}")
_SPECIALS = re.compile(r"[\"(),:;<>@\[\\\]\s]|=\?")
_DOT_ATOM = re.compile(rf"{_ATOM}(?:\.{_ATOM})*")


@dataclass(frozen=True)
class Mailbox:
    """An address as it is written, its local part without quotes where they say nothing."""

    local: str
    domain: str

    def __str__(self) -> str:
        return f"{self.local}@{self.domain}"


@dataclass(frozen=True)
class Authors:
    """What a line says of who wrote or sent a mail.

    Attributes:
        text: The line's value.
        mailboxes: The addresses; none if there is a fault.
        fault: Why programs may read it differently, or nothing.
    """

    text: str
    mailboxes: tuple[Mailbox, ...] = ()
    fault: str = ""


def read(value: bytes) -> Authors:
    """Return what the unfolded ``value`` of a line says; never raises."""
    try:
        text = value.decode("utf-8")
    except UnicodeDecodeError:
        return Authors(text=value.decode("latin-1"), fault="is neither ASCII nor UTF-8")
    mailboxes = _list(text)
    if not mailboxes:
        return Authors(text=text, fault="is not a plain list of addresses (RFC 5322)")
    if any(map(_hides, mailboxes)) or _normal(text).count("@") != text.count("@"):
        return Authors(text=text, fault="holds an address within an address")
    return Authors(text=text, mailboxes=mailboxes)


def _list(text: str) -> "tuple[Mailbox, ...]":
    mailboxes: list[Mailbox] = []
    position = 0
    while found := _BARE.match(text, position) or _NAMED.match(text, position):
        plain, quoted, domain = found.groups()
        mailboxes.append(Mailbox(local=_local(plain, quoted), domain=domain))
        position = found.end()
        if position == len(text) and text[-1] != ",":
            return tuple(mailboxes)
    return ()


def _local(plain: "str | None", quoted: "str | None") -> str:
    if plain is not None:
        return plain
    inner = quoted or ""
    return inner if _DOT_ATOM.fullmatch(inner) else f'"{inner}"'


def _hides(mailbox: Mailbox) -> bool:
    """Return whether a program that decodes or normalises first would see something else."""
    local = mailbox.local.strip('"') if mailbox.local.startswith('"') else mailbox.local
    if "=?" in local:
        return True
    if str(mailbox).isascii():
        return False
    return any(map(_SPECIALS.search, (_normal(local).replace(" ", ""), _normal(mailbox.domain))))


def _normal(text: str) -> str:
    return text if text.isascii() else unicodedata.normalize("NFKC", text)
