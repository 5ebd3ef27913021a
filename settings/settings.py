"""The stack's configuration, read and checked in one place before anything is touched.

The shape is pydantic's work (unknown keys refused, nothing mutable), the rules of mail are in
``mail/``. Every problem is reported at once, each with its key, what is wrong and the cure.
"""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BeforeValidator, Discriminator, Field, Tag

from mail import dkim, dmarc
from mail.alias.entry import DomainAddresses
from settings.model import Model
from settings.normal_form import AccountName, DomainName, IpAddress, Number, Port, RecordName

PEM_MARK = "-----BEGIN "
LETS_ENCRYPT = "https://acme-v02.api.letsencrypt.org/directory"


class Ssh(Model):
    """How to log in to the host; see `settings.ssh_target`, which reads it at run time."""

    user: str = "root"
    port: Number = Field(default=22, ge=1, le=65535)
    address: str | None = None
    host_key: str
    key_file: str | None = None


class Ipv6(Model):
    """The host's IPv6 address; prefix and gateway only where the host must be told them."""

    address: IpAddress
    prefix: Number | None = Field(default=None, ge=1, le=128)
    gateway: IpAddress | None = None


def _given(value: object) -> object:
    # Pulumi.yaml declares every key, and the CLI demands a value for one that has no default: an
    # empty value stands for a key that the stack leaves out.
    return value or None


def _ipv6(value: object) -> object:
    return {"address": value} if isinstance(value, str) else value


class Upgrades(Model):
    """Automatic security updates: whether, and at which hour what is in use may be interrupted."""

    install: bool = True
    at: str | None = None
    reboot: bool = False


def _upgrades(value: object) -> object:
    return {"install": value} if value in ("on", "off", True, False) else value


class Host(Model):
    """The server: its name is HELO, PTR, certificate and MX target in one."""

    name: DomainName
    ipv4: IpAddress
    ipv6: Annotated[Ipv6 | None, BeforeValidator(_ipv6)] = None
    ssh: Ssh
    zone: DomainName | None = None
    timezone: str | None = None
    locale: str | None = None
    apt_mirror: str | None = None
    packages: tuple[str, ...] = ()
    upgrades: Annotated[Upgrades, BeforeValidator(_upgrades)] = Upgrades()
    swap: str = "auto"
    open_ports: tuple[Port, ...] = ()
    open_outgoing: tuple[Port, ...] = ()
    never_block: tuple[str, ...] = ()

    @property
    def domain(self) -> str:
        """Return the domain that the host's name lies in: where ``_spf`` is published."""
        return self.name.partition(".")[2]


class Acme(Model):
    """The certificate authority, and what else to restart when the certificate is renewed."""

    email: str
    directory: str = LETS_ENCRYPT
    challenge: Literal["http-01"] = "http-01"
    ca_bundle: str | None = None
    reload: tuple[str, ...] = ()

    def ca_text(self) -> str | None:
        """Return the CA bundle: the setting itself, or the file (in the project) that it names.

        Raises:
            OSError: the file cannot be read.
        """
        if self.ca_bundle is None or self.ca_bundle.lstrip().startswith(PEM_MARK):
            return self.ca_bundle
        return Path(self.ca_bundle).read_text(encoding="utf-8")


class Limits(Model):
    """How much each account may send (`mail.gate.limits`); an account may have others."""

    per_minute: Number = Field(default=60, ge=1, le=100_000)
    burst: Number = Field(default=20, ge=1, le=100_000)
    recipients_per_day: Number = Field(default=500, ge=1, le=10_000_000)
    strangers_per_day: Number = Field(default=100, ge=0, le=10_000_000)

    def named(self) -> dict[str, int]:
        """Return the limits by their keys in the file."""
        return self.model_dump(by_alias=True)


class Server(Model):
    """chasquid's own settings and what accounts may send; the defaults suit a sending server."""

    max_data_size_mb: Number = Field(default=50, ge=1, le=1000, alias="maxDataSizeMB")
    max_queue_items: Number = Field(default=1000, ge=1, le=100_000)
    give_up_send_after: str = "120h"
    debian_mirror: str | None = None
    limits: Limits = Limits()


class Spf(Model):
    """Who else may send for the domain, and how mail from anywhere else is judged."""

    include: tuple[RecordName, ...] = ()
    all: Literal["softfail", "fail"] = "softfail"


class Dmarc(Model):
    """The domain's DMARC policy (RFC 9989); none by default, to be raised when reports are good."""

    policy: str = "none"
    subdomain_policy: str | None = None
    nonexistent_policy: str | None = None
    aggregate_reports: tuple[str, ...] = ()
    failure_reports: tuple[str, ...] = ()
    failure_options: str | None = None
    dkim_alignment: str = "relaxed"
    spf_alignment: str = "relaxed"

    def policy_to_publish(self) -> dmarc.Policy:
        """Return the settings as `mail.dmarc` takes them."""
        return dmarc.Policy(**dict(self))


class DkimKey(Model):
    """One DKIM key and its state: published, active, retired."""

    selector: str
    algorithm: str = "rsa"
    state: str = "active"

    @property
    def signs(self) -> bool:
        """Return whether the key lies on the host."""
        return dkim.signs(self.state)

    def is_kept(self, *, allowed: bool) -> bool:
        """Return whether Pulumi's state protects the key from deletion.

        A retired key is about to go: its deletion needs the permission too (`mail.zone.deletions`),
        but no run of its own to lift the protection first.

        Args:
            allowed: whether the stack may delete DKIM keys.
        """
        return not allowed and self.state != "retired"


DEFAULT_KEYS = (
    DkimKey(selector="tapal-rsa", algorithm="rsa"),
    DkimKey(selector="tapal-ed25519", algorithm="ed25519"),
)


class Mx(Model):
    """One mail exchanger that is not the host itself."""

    host: DomainName
    priority: Number = Field(default=10, ge=0, le=65535)


def _mx(value: object) -> object:
    return {"host": value} if isinstance(value, str) else value


def _mx_kind(value: object) -> str:
    return "list" if isinstance(value, list | tuple) else "word"


MX_KINDS = ("list", "word")
Exchanger = Annotated[Mx, BeforeValidator(_mx)]
Exchangers = Annotated[
    Annotated[Literal["host", "keep"], Tag("word")] | Annotated[tuple[Exchanger, ...], Tag("list")],
    Discriminator(_mx_kind),
]


def _targets(value: object) -> object:
    # An alias without a target is not one that is left out: it is one that goes nowhere.
    return [value] if isinstance(value, str) else [] if value is None else value


Targets = Annotated[tuple[str, ...], BeforeValidator(_targets)]


class Existing(Model):
    """What becomes of records that the zone held before; without a choice they stop the run.

    ``keep`` leaves what is there and publishes none of ours; ``replace`` puts ours in its place;
    ``merge`` (of SPF) adds the host to what is there. `pulumi destroy` puts back what was there.
    """

    spf: Literal["merge", "keep", "replace"] | None = None
    dmarc: Literal["keep", "replace"] | None = None
    mx: Literal["keep", "replace"] | None = None


class Domain(Model):
    """A mail domain: its records, keys, accounts and aliases; who may send as whom, how much."""

    name: DomainName
    zone: DomainName | None = None
    spf: Spf = Spf()
    dmarc: Dmarc = Dmarc()
    mx: Exchangers = "host"
    existing: Existing = Existing()
    dkim: tuple[DkimKey, ...] = DEFAULT_KEYS
    accounts: tuple[AccountName, ...] = ()
    aliases: dict[str, Targets] = Field(default_factory=dict)
    send_as: dict[str, Targets] = Field(default_factory=dict)
    limits: dict[str, dict[str, Annotated[Number, Field(ge=0, le=10_000_000)]]] = Field(
        default_factory=dict
    )

    @property
    def dns_zone(self) -> str:
        """Return the zone that the domain's records go to."""
        return self.zone or self.name

    def addresses(self, *, complete: bool = True) -> DomainAddresses:
        """Return accounts and aliases as `mail.alias` takes them; ``complete`` if all are known."""
        return DomainAddresses(
            name=self.name, accounts=self.accounts, aliases=self.aliases, complete=complete
        )


Permission = Literal["dkim-keys", "mail-records"]


def _reason(value: object) -> object:
    # A reason that is missing is the same mistake as an empty one.
    return "" if value is None else value


Reason = Annotated[str, BeforeValidator(_reason)]


class Settings(Model):
    """A whole stack: a host of its own or another stack's, and domains on it, or none."""

    host: Annotated[Host | None, BeforeValidator(_given)] = None
    host_stack: Annotated[str | None, BeforeValidator(_given)] = None
    acme: Annotated[Acme | None, BeforeValidator(_given)] = None
    server: Server = Server()
    domains: tuple[Domain, ...] = ()
    allow: tuple[Permission, ...] = ()
    ignore: dict[str, Reason] = Field(default_factory=dict)

    def host_zone(self, host: Host) -> str:
        """Return the zone of the host's name: as told, else the longest domain it lies in."""
        if host.zone:
            return host.zone
        around = [d.dns_zone for d in self.domains if host.name.endswith(f".{d.dns_zone}")]
        return max(around, key=len, default=host.domain)
