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

_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?")
_UNDERSCORED = re.compile(r"_?[a-z0-9]([a-z0-9_-]*[a-z0-9])?")
_SCHEME = re.compile(r"^[a-z][a-z0-9+.-]*:/*", re.IGNORECASE)
_ATEXT = re.compile(r"[^\s\x00-\x1f\x7f\"(),.:;<>@\[\\\]|]+")
_USERNAME = precis_i18n.get_profile("UsernameCaseMapped")
_DNS = "RFC 1035 §2.3.1"
LONGEST_NAME = 253

SUFFIX = "+"  # chasquid's suffix_separators
DROPPED = "."  # chasquid's drop_characters


class AddressError(ValueError):
    """A name cannot be used as it is; ``reason`` says why, ``cure`` what to write instead."""

    def __init__(self, name: str, *, reason: str, cure: str, source: str) -> None:
        super().__init__(f"{reason}; {cure}")
        self.finding = Finding(id=name, key="", reason=reason, cure=cure, source=source)


def domain(value: str) -> str:
    """Return ``value`` as a DNS name of a mail domain or host: A-labels, lower case.

    Raises:
        AddressError: It is no such name; a scheme, final dot or single label counts as none.
    """
    return _dns_name(value, _LABEL)


def dns_name(value: str) -> str:
    """Return ``value`` as any DNS name, labels with an underscore (``_spf``) included.

    Raises:
        AddressError: It is no such name.
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
            "account-suffix",
            reason=f"{value!r} holds {SUFFIX!r}, after which chasquid ignores the rest",
            cure=f"name the account {name.partition(SUFFIX)[0]!r}; what follows needs no account",
            source="chasquid.conf(5) suffix_separators",
        )
    return name


def local_part(value: str) -> str:
    """Return the part of an address before the ``@``, normalised as chasquid does.

    Raises:
        AddressError: It is no dot-atom (RFC 5321 §4.1.2), or PRECIS refuses it.
    """
    if "@" in value:
        raise AddressError(
            "account-with-domain",
            reason=f"{value!r} holds a domain, which is already clear from where it stands",
            cure=f"write {value.partition('@')[0]!r}",
            source="chasquid aliases.md",
        )
    atoms = value.split(".")
    if not all(_ATEXT.fullmatch(atom) for atom in atoms) or value.startswith(("#", "*")):
        raise _bad_local_part(value)
    try:
        name = str(_USERNAME.enforce(value))
    except UnicodeError as error:
        raise _bad_local_part(value) from error
    if len(name.encode()) > 64:
        raise AddressError(
            "local-part-long",
            reason=f"{value!r} is longer than the 64 bytes that stand before an @",
            cure="choose a shorter name",
            source="RFC 5321 §4.5.3.1.1",
        )
    return name


def mailbox(value: str) -> str:
    """Return an e-mail address in its normal form: ``local@a-label.domain``.

    Raises:
        AddressError: It is none.
    """
    before, at, after = value.rpartition("@")
    if not at:
        raise AddressError(
            "address-without-domain",
            reason=f"{value!r} is no e-mail address",
            cure=f'write it with its domain, such as "{value or "me"}@example.com"',
            source="RFC 5321 §4.1.2",
        )
    return f"{local_part(before)}@{domain(after)}"


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
        raise _bad_domain(value, "is empty", 'write a domain, such as "example.com"')
    _refuse_what_is_no_name(value, name)
    ascii_name = _to_ascii(name)
    labels = ascii_name.split(".")
    if not all(len(part) <= 63 and label.fullmatch(part) for part in labels):
        raise _bad_label(value, labels)
    if len(labels) < 2 or labels[-1].isdigit():
        cure = f'write it in full, such as "{name}.example.com"'
        raise _bad_domain(value, "is no complete domain name", cure)
    if len(ascii_name) > LONGEST_NAME:
        raise _bad_domain(
            value, f"is longer than {LONGEST_NAME} characters", "choose a shorter one"
        )
    return ascii_name


def _refuse_what_is_no_name(value: str, name: str) -> None:
    if "@" in name:
        raise _bad_domain(value, "is an e-mail address", f"write {name.rpartition('@')[2]!r}")
    if _is_ip(name):
        raise _bad_domain(value, "is an IP address", "write a name instead of an IP address")
    if bare := _SCHEME.match(name):
        rest = re.split("[/:]", name[bare.end() :], maxsplit=1)[0]
        raise _bad_domain(value, "is a URL", f"write {rest!r}")
    if name.endswith("."):
        raise _bad_domain(value, "ends in a dot", f"write {name.rstrip('.')!r}")
    if name.startswith("*."):
        raise _bad_domain(value, "is a wildcard", f"write the name itself: {name[2:]!r}")


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
        reason = "is no valid international domain name"
        cure = f"check its spelling: {str(error)[:1].lower()}{str(error)[1:]}"
        raise _bad_domain(name, reason, cure, "RFC 5891 §4.2") from error
    return encoded.lower()


def _bad_label(value: str, labels: list[str]) -> AddressError:
    if "_" in value and all(_UNDERSCORED.fullmatch(part) for part in labels):
        reason = "holds an underscore, which names of hosts and mail domains cannot have"
        return _bad_domain(value, reason, "write the name without it")
    if not all(labels):
        return _bad_domain(value, "has two dots in a row", "remove one of them")
    cure = "use letters, digits and inner hyphens, 1 to 63 in each label"
    return _bad_domain(value, "has a label that DNS host names cannot have", cure)


def _bad_domain(value: str, reason: str, cure: str, source: str = _DNS) -> AddressError:
    return AddressError("domain-name", reason=f"{value!r} {reason}", cure=cure, source=source)


def _bad_local_part(value: str) -> AddressError:
    return AddressError(
        "local-part",
        reason=f"{value!r} cannot stand before the @ of an address that chasquid serves",
        cure='use letters, digits, and inner ".", "-", "_", without spaces, quotes or colons',
        source="RFC 5321 §4.1.2, RFC 8265 §3.3",
    )
