"""Names and addresses of mail: domains, host names, accounts, mailboxes, IP addresses.

Each noun has two functions: ``x(value)`` returns the one normal form and raises `AddressError`,
and ``check_x(value, key)`` returns the same problem as a finding.

Domains are compared and published as A-labels in lower case (RFC 5891); account names as
chasquid itself normalises them, with PRECIS UsernameCaseMapped (RFC 8265 §3.3).
"""

import difflib
import ipaddress
import re
from collections.abc import Callable, Iterable

import idna
import precis_i18n

from mail.finding import Finding
from mail.rule import Rule

DOMAIN_NAME = Rule(
    id="domain-name",
    source="RFC 1035 §2.3.1",
    why="Servers and mail domains have complete names: at least two labels, separated by dots, of "
    "letters, digits and inner hyphens.",
    cure='write a complete name, such as "example.com"',
)
LOCAL_PART = Rule(
    id="local-part",
    source="RFC 5321 §4.1.2, RFC 8265 §3.3",
    why="chasquid serves no address that has spaces, quotes, colons or the like before the @.",
    cure='use letters, digits, and inner ".", "-", "_", without spaces, quotes or colons',
)
LOCAL_PART_LONG = Rule(
    id="local-part-long",
    source="RFC 5321 §4.5.3.1.1",
    why="The part of an address before the @ has 64 bytes at most.",
    cure="choose a shorter name",
)
ACCOUNT_SUFFIX = Rule(
    id="account-suffix",
    source="chasquid.conf(5) suffix_separators",
    why="chasquid ignores a + in an address and what follows it, so no account can be named so.",
    cure="name the account without the + and what follows; mail to name+anything comes to it too",
)
ACCOUNT_WITH_DOMAIN = Rule(
    id="account-with-domain",
    source="chasquid aliases.md",
    why="Accounts and aliases stand below their domain, so their names do not repeat it.",
    cure="write only what stands before the @",
)
ADDRESS_WITHOUT_DOMAIN = Rule(
    id="address-without-domain",
    source="RFC 5321 §4.1.2",
    why="An e-mail address has an @ and a domain after it.",
    cure='write it with its domain, such as "me@example.com"',
)

TWO_AT_SIGNS = Rule(
    id="address-two-at-signs",
    source="RFC 5321 §4.1.2",
    why="An e-mail address has one @, between the name and the domain.",
    cure="keep one @",
)

_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?")
_UNDERSCORED = re.compile(r"_?[a-z0-9]([a-z0-9_-]*[a-z0-9])?")
_SCHEME = re.compile(r"^[a-z][a-z0-9+.-]*:/*", re.IGNORECASE)
_ATEXT = re.compile(r"[^\s\x00-\x1f\x7f\"(),.:;<>@\[\\\]|]+")
_USERNAME = precis_i18n.get_profile("UsernameCaseMapped")
LONGEST_NAME = 253

SUFFIX = "+"  # chasquid's suffix_separators
DROPPED = "."  # chasquid's drop_characters


class AddressError(ValueError):
    """A name cannot be used as it is; ``finding`` says why, and what to write instead."""

    def __init__(self, rule: Rule, *, reason: str, cure: str | None = None) -> None:
        self.finding = rule.found("", reason=reason, cure=cure)
        super().__init__(f"{reason}; {self.finding.cure}")


def domain(value: str) -> str:
    """Return ``value`` as a DNS name of a mail domain or host: A-labels, lower case.

    Raises:
        AddressError: It is not such a name: a URL, a final dot or a single label is refused too.
    """
    return _dns_name(value, _LABEL)


def dns_name(value: str) -> str:
    """Return ``value`` as any DNS name, labels with an underscore (``_spf``) included.

    Raises:
        AddressError: It is not such a name.
    """
    return _dns_name(value, _UNDERSCORED)


def account(value: str) -> str:
    """Return the name of an account as chasquid stores it (PRECIS UsernameCaseMapped).

    Raises:
        AddressError: chasquid could not store it, or mail to it could not arrive.
    """
    name = local_part(value)
    if SUFFIX in name:
        raise AddressError(
            ACCOUNT_SUFFIX,
            reason=f"{value!r} holds {SUFFIX!r}, after which chasquid ignores the rest",
            cure=f"name the account {name.partition(SUFFIX)[0]!r}; what follows needs no account",
        )
    return name


def local_part(value: str) -> str:
    """Return the part of an address before the ``@``, normalised as chasquid does.

    Raises:
        AddressError: It is not a dot-atom (RFC 5321 §4.1.2), or PRECIS refuses it.
    """
    if "@" in value:
        raise AddressError(
            ACCOUNT_WITH_DOMAIN,
            reason=f"{value!r} holds a domain, which is already clear from where it stands",
            cure=f"write {value.partition('@')[0]!r}",
        )
    atoms = value.split(".")
    if not all(_ATEXT.fullmatch(atom) for atom in atoms) or value.startswith(("#", "*")):
        raise _bad_local_part(value)
    try:
        name = str(_USERNAME.enforce(value))
    except UnicodeError as error:
        raise _bad_local_part(value) from error
    if len(name.encode()) > 64:
        reason = f"{value!r} is longer than the 64 bytes that stand before an @"
        raise AddressError(LOCAL_PART_LONG, reason=reason)
    return name


def mailbox(value: str) -> str:
    """Return an e-mail address in its normal form: ``local@a-label.domain``.

    Raises:
        AddressError: It is not an e-mail address.
    """
    before, at, after = value.rpartition("@")
    if not at:
        raise AddressError(
            ADDRESS_WITHOUT_DOMAIN,
            reason=f"{value!r} is not an e-mail address",
            cure=f'write it with its domain, such as "{value or "me"}@example.com"',
        )
    if "@" in before:
        raise two_at_signs(value)
    return f"{local_part(before)}@{domain(after)}"


def two_at_signs(value: str) -> AddressError:
    """Return the error about ``value``, which holds more than one ``@``."""
    one = re.sub("@+", "@", value)
    reason = f"{value!r} holds {value.count('@')} @, and an address has one"
    return AddressError(
        TWO_AT_SIGNS, reason=reason, cure=f"write {one!r}" if one.count("@") == 1 else None
    )


def check(normalise: Callable[[str], str], value: str, key: str) -> list[Finding]:
    """Return the `AddressError` that ``normalise(value)`` raises as a finding, or nothing."""
    try:
        normalise(value)
    except AddressError as problem:
        return [problem.finding.under(key)]
    return []


def check_domain(value: str, key: str) -> list[Finding]:
    """Return what keeps ``value`` from being a mail domain or host name."""
    return check(domain, value, key)


def check_dns_name(value: str, key: str) -> list[Finding]:
    """Return what keeps ``value`` from being a DNS name (underscores allowed)."""
    return check(dns_name, value, key)


def check_account(value: str, key: str) -> list[Finding]:
    """Return what keeps ``value`` from being the name of an account."""
    return check(account, value, key)


def check_mailbox(value: str, key: str) -> list[Finding]:
    """Return what keeps ``value`` from being an e-mail address."""
    return check(mailbox, value, key)


def suggest(word: str, known: Iterable[str]) -> str | None:
    """Return the one of ``known`` that ``word`` was probably meant to be."""
    names = {name.lower(): name for name in known}
    near = difflib.get_close_matches(word.lower(), names, n=1, cutoff=0.6)
    return names[near[0]] if near else None


def is_below(name: str, parent: str) -> bool:
    """Return whether the domain ``name`` is ``parent`` or lies below it."""
    return name == parent or name.endswith(f".{parent}")


def without_dropped(name: str) -> str:
    """Return an account's name without the dots that chasquid ignores before the suffix."""
    base, suffix, rest = name.partition(SUFFIX)
    return base.replace(DROPPED, "") + suffix + rest


def _dns_name(value: str, label: re.Pattern[str]) -> str:
    if not (name := value.strip()):
        raise _bad_domain(value, "is empty", cure='write a domain, such as "example.com"')
    _refuse_other_kinds(value, name)
    ascii_name = _to_ascii(name)
    labels = ascii_name.split(".")
    if not all(len(part) <= 63 and label.fullmatch(part) for part in labels):
        raise _bad_label(value, labels)
    if len(labels) < 2 or labels[-1].isdigit():
        cure = f'write it in full, such as "{name}.example.com"'
        raise _bad_domain(value, "is not a complete domain name", cure=cure)
    if len(ascii_name) > LONGEST_NAME:
        reason = f"is longer than {LONGEST_NAME} characters"
        raise _bad_domain(value, reason, cure="choose a shorter one")
    return ascii_name


def _refuse_other_kinds(value: str, name: str) -> None:
    """Raise if ``name`` is an e-mail or IP address, a URL, a wildcard, or ends in a dot."""
    if "@" in name:
        raise _bad_domain(value, "is an e-mail address", cure=f"write {name.rpartition('@')[2]!r}")
    if _is_ip(name):
        raise _bad_domain(value, "is an IP address", cure="write a name instead of an IP address")
    if bare := _SCHEME.match(name):
        rest = re.split("[/:]", name[bare.end() :], maxsplit=1)[0]
        raise _bad_domain(value, "is a URL", cure=f"write {rest!r}")
    if name.endswith("."):
        raise _bad_domain(value, "ends in a dot", cure=f"write {name.rstrip('.')!r}")
    if name.startswith("*."):
        raise _bad_domain(value, "is a wildcard", cure=f"write the name itself: {name[2:]!r}")


def _is_ip(name: str) -> bool:
    try:
        ipaddress.ip_address(name.strip("[]"))
    except ValueError:
        return name.count(".") == 3 and name.replace(".", "").isdigit()
    return True


def _to_ascii(name: str) -> str:
    try:
        encoded = name if name.isascii() else idna.encode(name, uts46=True).decode()
        for part in encoded.lower().split("."):
            if part.startswith("xn--"):
                idna.decode(part)
    except (idna.IDNAError, UnicodeError) as error:
        reason = "is not a valid international domain name"
        cure = f"check its spelling: {str(error)[:1].lower()}{str(error)[1:]}"
        raise _bad_domain(name, reason, cure=cure) from error
    return encoded.lower()


def _bad_label(value: str, labels: list[str]) -> AddressError:
    if "_" in value and all(_UNDERSCORED.fullmatch(part) for part in labels):
        reason = "holds an underscore, which names of hosts and mail domains cannot have"
        return _bad_domain(value, reason, cure="write the name without it")
    if not all(labels):
        return _bad_domain(value, "has two dots in a row", cure="remove one of them")
    cure = "use letters, digits and inner hyphens, 1 to 63 in each label"
    return _bad_domain(value, "has a label that DNS host names cannot have", cure=cure)


def _bad_domain(value: str, reason: str, *, cure: str) -> AddressError:
    return AddressError(DOMAIN_NAME, reason=f"{value!r} {reason}", cure=cure)


def _bad_local_part(value: str) -> AddressError:
    reason = f"{value!r} cannot stand before the @ of an address that chasquid serves"
    return AddressError(LOCAL_PART, reason=reason)
