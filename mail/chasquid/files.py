"""The files that chasquid reads, rendered, and where it looks for them.

Every file is written whole, with entries in a stable order, so that the same settings give the
same bytes. chasquid dies of a users or aliases file that it cannot read (it reloads both every
30 seconds), so what is rendered here must be right:
``tests/mail/chasquid/test_files.py`` has the real chasquid read it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mail.address import account, domain
from mail.alias import entry as alias
from mail.dkim import file_name
from mail.password import Scrypt
from mail.template import render

MINIMUM_VERSION = "1.19.0"
CONFIG_DIRECTORY = "/etc/chasquid"
USER = "chasquid"
GROUP = "chasquid"
SERVICE = "chasquid.service"
SYSTEMD = "systemd"
_ESCAPES = {0x22: '\\"', 0x5C: "\\\\", 0x0A: "\\n"}


@dataclass(frozen=True, kw_only=True)
class Config:
    """What ``chasquid.conf`` says.

    Attributes:
        hostname: HELO name and greeting.
        max_data_size_mb: Largest mail, in megabytes.
        max_queue_items: Mails in the queue (kept in memory) after which new ones get a 451.
        give_up_send_after: A Go duration. RFC 5321 §4.5.4.1 asks for 4 to 5 days.
        smtp: Where to listen for mail; ``systemd`` is the package's socket (25).
        submission: The same for STARTTLS submission (587).
        submission_tls: The same for submission over TLS (465).
        monitoring: Address of the monitoring pages; ``/exit`` there stops the server, so loopback
            only. Off by default.
    """

    hostname: str
    max_data_size_mb: int = 50
    max_queue_items: int = 1000
    give_up_send_after: str = "120h"
    smtp: Sequence[str] = (SYSTEMD,)
    submission: Sequence[str] = (SYSTEMD,)
    submission_tls: Sequence[str] = (SYSTEMD,)
    monitoring: str | None = None


def conf(config: Config) -> str:
    """Return ``chasquid.conf``."""
    return render("mail/chasquid/chasquid.conf.j2", config=config, quoted=quoted)


def users(accounts: Mapping[str, Scrypt]) -> str:
    """Return a domain's ``users`` file: each account's name with its hashed password.

    Raises:
        AddressError: A name cannot be an account's.
    """
    named = {account(name): hashed for name, hashed in accounts.items()}
    return render("mail/chasquid/users.j2", accounts=dict(sorted(named.items())), quoted=quoted)


def aliases(entries: Mapping[str, Sequence[str]]) -> str:
    """Return a domain's ``aliases`` file: local part, or ``*`` for the rest, to its targets.

    Raises:
        AddressError: A left side or a target is not of chasquid's syntax, or is a command.
    """
    named = {
        alias.name(name): [alias.target(one) for one in targets]
        for name, targets in entries.items()
        if targets
    }
    return render("mail/chasquid/aliases.j2", entries=dict(sorted(named.items())))


def config_path() -> str:
    """Return the path of the main configuration file."""
    return f"{CONFIG_DIRECTORY}/chasquid.conf"


def domain_directory(name: str) -> str:
    """Return the folder whose existence makes chasquid accept mail for ``name``."""
    return f"{CONFIG_DIRECTORY}/domains/{domain(name)}"


def hook_path() -> str:
    """Return the path of the program that chasquid runs for each mail before it takes it."""
    return f"{CONFIG_DIRECTORY}/hooks/post-data"


def users_path(name: str) -> str:
    """Return the path of the users file of domain ``name``."""
    return f"{domain_directory(name)}/users"


def aliases_path(name: str) -> str:
    """Return the path of the aliases file of domain ``name``."""
    return f"{domain_directory(name)}/aliases"


def dkim_path(name: str, selector: str) -> str:
    """Return the path of a DKIM key of domain ``name``."""
    return f"{domain_directory(name)}/{file_name(selector)}"


def quoted(value: str | bytes) -> str:
    """Return ``value`` as a string of protobuf's text format, pure ASCII."""
    data = value.encode() if isinstance(value, str) else value
    return f'"{"".join(map(_escape, data))}"'


def _escape(byte: int) -> str:
    if byte in _ESCAPES:
        return _ESCAPES[byte]
    return chr(byte) if 0x20 <= byte < 0x7F else f"\\{byte:03o}"
