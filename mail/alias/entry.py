"""One alias as chasquid writes it: its left side and its targets, each in one normal form."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from mail import address
from mail.address import AddressError
from mail.rule import Rule

CATCH_ALL = "*"
SOURCE = "chasquid aliases.md"

PIPE = Rule(
    id="alias-pipe",
    source=SOURCE,
    why="A command as an alias's target would run for each mail, with the mail server's rights.",
    cure="name an address to forward to",
)
COMMA = Rule(
    id="alias-comma",
    source=SOURCE,
    why="In chasquid's file a comma separates targets, so no target can hold one.",
    cure="write the targets as a list, each on its own",
)


@dataclass(frozen=True, kw_only=True)
class DomainAddresses:
    """What is known of a domain's addresses: accounts' names, and aliases with their targets.

    Attributes:
        name: The domain.
        accounts: Names of accounts.
        aliases: Left side to targets.
        complete: Whether these are all of them; if not, no address is reported as missing.
    """

    name: str
    accounts: Sequence[str] = ()
    aliases: Mapping[str, Sequence[str]] = field(default_factory=dict)
    complete: bool = True


def name(value: str) -> str:
    """Return the left side of an alias in its normal form.

    Raises:
        AddressError: It is neither ``*`` nor a local part.
    """
    return CATCH_ALL if value == CATCH_ALL else address.local_part(value)


def target(value: str) -> str:
    """Return one target in its normal form.

    Raises:
        AddressError: chasquid could not deliver there, or it is a command.
    """
    text = value.strip()
    if text.startswith("|"):
        reason = f"{text!r} would run a command for each mail, with the mail server's rights"
        raise AddressError(PIPE, reason=reason)
    if "," in text:
        raise AddressError(COMMA, reason=f"{text!r} holds a comma, which separates targets")
    where, via, hosts = text.partition(" via ")
    if via:
        servers = "/".join(address.domain(host) for host in hosts.split("/"))
        return f"{_address(where.strip())} via {servers}"
    return _address(text)


def place_of(where: str, own: str, original: str = CATCH_ALL) -> tuple[str, str]:
    """Return ``(local part, domain)`` of a target in its normal form.

    Args:
        where: The target, without ``via``.
        own: The domain of the alias.
        original: What ``*`` stands for: the local part that the mail was sent to.
    """
    local, at, domain = where.partition("@")
    return original if local == CATCH_ALL else local, domain if at else own


def expand(domain: DomainAddresses) -> dict[str, tuple[str, ...]]:
    """Return the aliases with the catch-all's targets added for each account that has no alias.

    The server keeps no mailboxes, and to chasquid an account exists, so that its mail would come
    back to the sender although a catch-all is there.
    """
    aliases = {name(left): tuple(map(target, right)) for left, right in domain.aliases.items()}
    everything = aliases.get(CATCH_ALL, ())
    own = address.domain(domain.name)
    served = {address.without_dropped(left) for left in aliases}
    for local, place in (place_of(one, own) for one in everything):
        # An account that is itself where the rest goes would otherwise lead to itself.
        served |= {address.without_dropped(local)} if place == own else set()
    for account in map(address.account, domain.accounts):
        if everything and address.without_dropped(account) not in served:
            aliases[account] = everything
    return aliases


def _address(value: str) -> str:
    local, at, domain = value.rpartition("@") if "@" in value else (value, "", "")
    if "@" in local:
        raise address.two_at_signs(value)
    before = CATCH_ALL if local == CATCH_ALL else address.local_part(local)
    return f"{before}@{address.domain(domain)}" if at else before
