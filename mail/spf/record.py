"""One SPF record as data: its terms, read from text and written back (RFC 7208 §4.6, §12)."""

import ipaddress
import re
from dataclasses import dataclass

VERSION = "v=spf1"
MECHANISMS = ("all", "include", "a", "mx", "ptr", "ip4", "ip6", "exists")
LOOKUP_TERMS = ("include", "a", "mx", "ptr", "exists", "redirect")  # RFC 7208 §4.6.4

_MECHANISM = re.compile(
    r"(?P<qualifier>[-+~?]?)(?P<name>[a-z0-9]+)(?P<rest>[:/].*)?", re.IGNORECASE
)
_MODIFIER = re.compile(r"(?P<name>[a-z][a-z0-9_.-]*)=(?P<value>.*)", re.IGNORECASE)
_CIDR = re.compile(r"(?P<domain>.*?)(?:/(?P<v4>[0-9]+))?(?://(?P<v6>[0-9]+))?")
_MACRO = re.compile(r"%(?:[%_-]|\{[slodiphcrtv][0-9]*r?[.+,/_=-]*\})", re.IGNORECASE)
_HOST = re.compile(
    r"(?:[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?\.)+[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.?", re.IGNORECASE
)


class SpfError(ValueError):
    """A text is not an SPF record: every receiver answers it with permerror."""


@dataclass(frozen=True, kw_only=True)
class Term:
    """One term: a mechanism (``include:x``) or a modifier (``redirect=x``).

    Attributes:
        name: Lower case: one of `MECHANISMS`, or the name of a modifier.
        value: What follows ``:`` or ``=``, with any ``/prefix``; empty if nothing does.
        qualifier: ``+``, ``-``, ``~`` or ``?``; ``+`` may be left unwritten.
        modifier: Whether it is ``name=value``.
    """

    name: str
    value: str = ""
    qualifier: str = "+"
    modifier: bool = False

    def __str__(self) -> str:
        if self.modifier:
            return f"{self.name}={self.value}"
        joint = "" if not self.value or self.value.startswith("/") else ":"
        return f"{'' if self.qualifier == '+' else self.qualifier}{self.name}{joint}{self.value}"

    @property
    def domain(self) -> str:
        """The domain part of the value, without a prefix length; empty if there is none."""
        if self.name in ("ip4", "ip6"):
            return ""
        match = _CIDR.fullmatch(self.value)
        return match["domain"] if match and self.name in ("a", "mx") else self.value


@dataclass(frozen=True, kw_only=True)
class Record:
    """An SPF record: its terms in order."""

    terms: tuple[Term, ...]

    def __str__(self) -> str:
        return " ".join([VERSION, *map(str, self.terms)])

    @property
    def all(self) -> Term | None:
        """The first ``all``, where evaluation ends."""
        return next((term for term in self.terms if term.name == "all"), None)

    def named(self, name: str) -> list[Term]:
        """Return the terms called ``name``."""
        return [term for term in self.terms if term.name == name]


def is_spf(text: str) -> bool:
    """Return whether a TXT value counts as an SPF record at all (RFC 7208 §4.5)."""
    return text.lower() == VERSION or text.lower().startswith(f"{VERSION} ")


def parse(text: str) -> Record:
    """Read an SPF record.

    Raises:
        SpfError: It does not begin with ``v=spf1``, or a term is not of the grammar.
    """
    if not is_spf(text):
        raise SpfError(f"{text!r} does not begin with {VERSION!r} and a space")
    if not text.isascii():
        raise SpfError("an SPF record is ASCII only; write international domains as A-labels")
    terms = tuple(parse_term(word) for word in text[len(VERSION) :].split(" ") if word)
    for name in ("redirect", "exp"):
        if sum(term.modifier and term.name == name for term in terms) > 1:
            raise SpfError(f"{name}= appears more than once")
    return Record(terms=terms)


def parse_term(word: str) -> Term:
    """Read one term.

    Raises:
        SpfError: It is not of the grammar, with the reason.
    """
    if match := _MODIFIER.fullmatch(word):
        term = Term(name=match["name"].lower(), value=match["value"], modifier=True)
        _check_modifier(term, word)
        return term
    match = _MECHANISM.fullmatch(word)
    if not match or match["name"].lower() not in MECHANISMS:
        raise SpfError(f"{word!r} is not an SPF mechanism or modifier")
    rest = match["rest"] or ""
    if rest == ":":
        raise SpfError(f"{word!r} lacks what must follow the colon")
    term = Term(
        name=match["name"].lower(),
        value=rest.removeprefix(":"),
        qualifier=match["qualifier"] or "+",
    )
    _check_mechanism(term, word)
    return term


def _check_modifier(term: Term, word: str) -> None:
    if term.name in ("redirect", "exp"):
        _check_domain(term.value, word)
    elif "%" in _MACRO.sub("", term.value):
        raise SpfError(f"{word!r} holds a broken macro")


def _check_mechanism(term: Term, word: str) -> None:
    if term.name == "all":
        if term.value:
            raise SpfError(f"{word!r}: all takes no value")
    elif term.name in ("ip4", "ip6"):
        _check_network(term, word)
    elif term.name in ("include", "exists"):
        _check_domain(term.value, word)
    elif term.value:
        _check_optional_domain(term, word)


def _check_network(term: Term, word: str) -> None:
    version = 4 if term.name == "ip4" else 6
    try:
        network = ipaddress.ip_network(term.value, strict=False)
    except ValueError as error:
        raise SpfError(f"{word!r} is not an IPv{version} address or network") from error
    _, slash, prefix = term.value.partition("/")
    if network.version != version or (slash and not prefix.isdigit()):
        raise SpfError(f"{word!r} is not an IPv{version} address or network")


def _check_optional_domain(term: Term, word: str) -> None:
    match = _CIDR.fullmatch(term.value)
    if not match:
        raise SpfError(f"{word!r} holds a broken prefix length")
    if term.name == "ptr" and (match["v4"] or match["v6"]):
        raise SpfError(f"{word!r}: ptr takes no prefix length")
    if int(match["v4"] or 0) > 32 or int(match["v6"] or 0) > 128:
        raise SpfError(f"{word!r} holds a prefix length beyond /32 or //128")
    if match["domain"]:
        _check_domain(match["domain"], word)


def _check_domain(value: str, word: str) -> None:
    without_macros = _MACRO.sub("x", value)
    if "%" in without_macros:
        raise SpfError(f"{word!r} holds a broken macro")
    if without_macros != value:
        return  # where macros stand, the name is known only while a mail is judged
    if not _HOST.fullmatch(value) or len(value.rstrip(".")) > 253:
        raise SpfError(f"{word!r} needs a complete domain name")
