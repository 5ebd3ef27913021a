"""Which domains are served here, and which addresses each account may use.

The deployment writes one JSON file for each domain, and ``host.json``; `mail/gate_policy.py` makes
them. They are read again when one of them changes. A file that cannot be read is an error, not an
empty policy: then nothing may be decided.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from mail.gate import names, readings
from mail.gate.account import Account
from mail.gate.authors import Mailbox
from mail.gate.quota import DEFAULT, Limits
from mail.gate.readings import Wanted


@dataclass(frozen=True)
class Domain:
    """A domain that is served here.

    Attributes:
        name: Its name, an A-label in lower case.
        spellings: All that it may be written as: A-label and U-label.
        organisation: The domain that DMARC takes it and its neighbours together by (RFC 9989
            §4.10.2), where that is known and another.
        accounts: Its accounts, by name.
    """

    name: str
    spellings: tuple[str, ...]
    organisation: str = ""
    accounts: Mapping[str, Account] = field(default_factory=dict)


class Policy:
    """All that is served here, made ready for look-ups."""

    def __init__(
        self,
        *,
        host: str,
        domains: Iterable[Domain],
        postmaster: str = "",
        organisation: str = "",
        limits: Limits = DEFAULT,
    ) -> None:
        self.host = host
        self.postmaster = postmaster
        self.limits = limits
        self.domains = tuple(domains)
        self._spelled = {
            names.exact(one): domain for domain in self.domains for one in domain.spellings
        }
        served = {names.loose(one) for domain in self.domains for one in domain.spellings}
        self._served = served | {names.loose(host)}
        above = {one for name in self._served for one in names.parents(name)}
        self._above = above - self._served
        organisations = {domain.organisation for domain in self.domains} | {organisation}
        self._wide = {names.loose(one) for one in organisations if one} - self._served
        self._wanted = [
            *(Wanted(name, below=True) for name in sorted(self._served | self._wide)),
            *(Wanted(name, below=False) for name in sorted(self._above)),
        ]

    def home(self, name: str) -> str:
        """Return the nearest domain served here that ``name`` (`names.loose`) is or lies below."""
        while name:
            if name in self._served:
                return name
            name = name.partition(".")[2]
        return ""

    def is_claim(self, name: str) -> bool:
        """Return whether mail in the name of ``name`` (`names.loose`) could pass for ours.

        So it is for what is served here and all below it; for what lies above it, and all of its
        organisation: under relaxed alignment our envelope speaks for them too (RFC 9989 §4.10.2).
        """
        return bool(self.home(name)) or name in self._above or bool(self._wide_of(name))

    def is_proven(self, claim: str, by: str) -> bool:
        """Return whether what is proven to come from ``by`` may bear the name ``claim``.

        The names must be aligned in the relaxed way, with one exception: a domain that is served
        here does not speak for what lies above it, which may be another's.
        """
        own, other = self.home(claim), self.home(by)
        if own:
            return bool(other) and names.is_below(own, other)
        if other:
            return False
        wide = self._wide_of(claim)
        if wide and names.is_below(by, wide):
            return True
        return names.is_below(by, claim) or (names.is_below(claim, by) and "." in by)

    def shown(self, text: str) -> str:
        """Return the name of ours that some program could read in an address in ``text``."""
        return readings.find(text, self._wanted)

    def domain(self, name: str) -> "Domain | None":
        """Return the domain that ``name`` is, as chasquid writes it."""
        return self._spelled.get(names.exact(name))

    def account(self, address: str) -> "Account | None":
        """Return the account that logs in as ``address``, as chasquid writes it."""
        local, _, name = address.partition("@")
        domain = self.domain(name)
        return domain.accounts.get(local) if domain else None

    def may_use(self, account: Account, mailbox: Mailbox) -> bool:
        """Return whether ``account`` may send as ``mailbox``."""
        domain = self.domain(mailbox.domain)
        return account.may_use(mailbox.local, domain.name if domain else mailbox.domain.lower())

    def _wide_of(self, name: str) -> str:
        return next((one for one in self._wide if names.is_below(name, one)), "")
