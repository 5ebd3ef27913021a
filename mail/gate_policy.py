"""The gate's policy, worked out from a stack's settings: who may send as what.

`mail/gate/` reads these files on the host, once for each mail, with no library at hand: so all that
needs one (normal forms, aliases followed to their end) is worked out here. An account may send as

- its own address;
- each alias that leads to it, over other aliases too, as chasquid follows them through all domains
  of the stack;
- every address of a domain whose catch-all leads to it, save those that something else serves;
- what ``sendAs`` names.

Dots, case and ``+anything`` are left to the host, which ignores them as chasquid does.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import idna

from mail import address
from mail.alias.entry import CATCH_ALL, DomainAddresses, name
from mail.alias.routes import Book, Place, base, plain

FOLDER = "/etc/tapal/gate"
HOST_PATH = f"{FOLDER}/host.json"
_FRESH = "?"  # begins no local part: an address that nothing but a catch-all serves


@dataclass(frozen=True, kw_only=True)
class GateDomain:
    """A domain as the gate must know it.

    Attributes:
        addresses: Its accounts, and its aliases as the settings have them: not with those that
            `mail.alias.entry.expand` adds for accounts, which would let a catch-all's owner send
            as every account.
        send_as: Account to what more it may send as: addresses, or ``*@domain`` for a whole domain.
        limits: Account to what of the server's limits is another for it (`mail.gate.quota.KEYS`).
        organisation: The domain that DMARC takes this one and its neighbours together by, such as
            that of its zone. Leave it out if it is not known: then only the names above count.
    """

    addresses: DomainAddresses
    send_as: Mapping[str, Sequence[str]] = field(default_factory=dict)
    limits: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    organisation: str | None = None


def domain_path(domain: str) -> str:
    """Return where the policy of ``domain`` lies on the host."""
    return f"{FOLDER}/domains/{address.domain(domain)}.json"


def host_text(
    host: str,
    postmaster: str = "",
    organisation: str | None = None,
    limits: Mapping[str, int] | None = None,
) -> str:
    """Return ``host.json``; ``limits`` hold for every account on the server that has no others.

    Raises:
        AddressError: A name cannot be read.
    """
    content: dict[str, object] = {"host": address.domain(host)}
    content |= {"organisation": address.domain(organisation)} if organisation else {}
    content |= {"postmaster": address.mailbox(postmaster)} if postmaster else {}
    content |= {"limits": dict(limits)} if limits else {}
    return _json(content)


def domain_texts(domains: Sequence[GateDomain]) -> dict[str, str]:
    """Return the policy's file of each domain of a stack, by the domain's name.

    Raises:
        AddressError: A name in the settings cannot be read.
    """
    permits = _permits(domains)
    return {
        address.domain(domain.addresses.name): _json(_content(domain, permits))
        for domain in domains
    }


def send_as(value: str) -> str:
    """Return what ``sendAs`` names in its normal form: an address, or ``*@domain``.

    Raises:
        AddressError: It is neither.
    """
    local, at, domain = value.strip().rpartition("@")
    if at and local == CATCH_ALL:
        return f"{CATCH_ALL}@{address.domain(domain)}"
    return address.mailbox(value.strip())


@dataclass(frozen=True, kw_only=True)
class _Permit:
    addresses: set[Place]
    excepted: set[Place]


def _content(domain: GateDomain, permits: Mapping[Place, _Permit]) -> dict[str, object]:
    own = address.domain(domain.addresses.name)
    limits = {address.account(one): dict(value) for one, value in domain.limits.items()}
    accounts: dict[str, object] = {}
    for account in sorted(map(address.account, domain.addresses.accounts)):
        permit = permits[plain(account), own]
        content: dict[str, object] = {"addresses": _shown(permit.addresses)}
        content |= {"not": _shown(permit.excepted)} if permit.excepted else {}
        content |= {"limits": limits[account]} if account in limits else {}
        accounts[account] = content
    spellings = list(dict.fromkeys((own, _unicode(own))))
    content = {"domain": own, "spellings": spellings}
    content |= {"organisation": address.domain(domain.organisation)} if domain.organisation else {}
    return content | {"accounts": accounts}


def _permits(domains: Sequence[GateDomain]) -> dict[Place, _Permit]:
    """Return what each account may use; a place's local part is as chasquid looks it up."""
    ways = _ways(domains)
    permits: dict[Place, _Permit] = {}
    for domain in domains:
        own = address.domain(domain.addresses.name)
        given: dict[str, set[Place]] = {}
        for key, values in domain.send_as.items():
            given.setdefault(plain(address.account(key)), set()).update(map(_given, values))
        for account in map(plain, map(address.account, domain.addresses.accounts)):
            permits[account, own] = _permit((account, own), ways, given.get(account, set()))
    return permits


def _ways(domains: Sequence[GateDomain]) -> dict[Place, set[Place]]:
    """Return the places that mail to each address passes; ``*`` is any that nothing serves."""
    book = Book([domain.addresses for domain in domains])
    served = _served(domains)
    ways = {
        (local, own): book.passed((start, own))
        for own, starts in served.items()
        for local, start in starts.items()
    }
    everybody = {local for starts in served.values() for local in starts} - {CATCH_ALL}
    for own in (own for own, starts in served.items() if CATCH_ALL in starts):
        fresh = ways[CATCH_ALL, own]
        # A catch-all such as "*@elsewhere" leads each address to a place of its own.
        for local in everybody - served[own].keys():
            way = book.passed((local, own))
            if way - fresh:
                ways[local, own] = way
    return ways


def _permit(account: Place, ways: Mapping[Place, set[Place]], given: set[Place]) -> _Permit:
    used = {
        start for start, passed in ways.items() if account in {_who(one, ways) for one in passed}
    }
    used |= given | {account}
    whole = {domain for local, domain in used if local == CATCH_ALL}
    whole -= {domain for local, domain in given if local == CATCH_ALL}
    # A suffix of an own name may be an alias that leads elsewhere.
    excepted = {one for one in ways.keys() - used if one[1] in whole or _base(one) in used}
    return _Permit(addresses=used, excepted=excepted)


def _served(domains: Sequence[GateDomain]) -> dict[str, dict[str, str]]:
    """Return the local parts that each domain serves, each with the address to start from."""
    found: dict[str, dict[str, str]] = {}
    for domain in domains:
        starts = {plain(one): one for one in map(name, domain.addresses.aliases)}
        # By its very name, dots and all: only so an account hides the catch-all (see `Book`).
        starts |= {plain(one): one for one in map(address.account, domain.addresses.accounts)}
        starts |= {CATCH_ALL: _FRESH} if CATCH_ALL in starts else {}
        found[address.domain(domain.addresses.name)] = starts
    return found


def _who(place: Place, ways: Mapping[Place, set[Place]]) -> Place:
    """Return whose a place is: a suffix is ignored unless it is an alias itself."""
    whole = plain(place[0]), place[1]
    return whole if whole in ways else _base(whole)


def _base(place: Place) -> Place:
    return plain(base(place[0])), place[1]


def _given(value: str) -> Place:
    local, _, domain = send_as(value).rpartition("@")
    return local if local == CATCH_ALL else plain(local), domain


def _unicode(domain: str) -> str:
    labels = domain.split(".")
    return ".".join(idna.decode(one) if one.startswith("xn--") else one for one in labels)


def _shown(places: Iterable[Place]) -> list[str]:
    return sorted(f"{local}@{domain}" for local, domain in places)


def _json(content: Mapping[str, object]) -> str:
    """Return ``content`` with one entry a line, so that a change of one shows as one line."""
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"
