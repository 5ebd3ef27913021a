"""Where aliases lead: followed from one to the next as chasquid does, across all its domains."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from mail import address
from mail.alias.entry import CATCH_ALL, SOURCE, DomainAddresses, name, place_of, target
from mail.finding import Finding
from mail.rule import Rule

LOOKUPS = 10  # chasquid's recursionLimit: the address itself is the first
PATIENCE = 1000  # problems looked at for one alias, those reported for another alias included

LOOP = Rule(
    id="alias-loop",
    source=SOURCE,
    why="Aliases that lead back to each other deliver the mail to nobody.",
    cure="let one of them lead out of the circle",
)
TOO_DEEP = Rule(
    id="alias-too-deep",
    source=SOURCE,
    why=f"chasquid follows an address through {LOOKUPS} look-ups, and delivers to none beyond.",
    cure="point the alias to where the mail shall end",
)
TO_NOBODY = Rule(
    id="alias-to-nobody",
    source=SOURCE,
    why="Mail to an alias whose target on this server does not exist is returned.",
    cure="check its spelling, or add the account or the alias",
)

Place = tuple[str, str]


def check_routes(domains: Sequence[DomainAddresses | None], key: str) -> list[Finding]:
    """Return a finding for each alias that leads in a circle, too far, or to a missing address.

    A circle, or a chain that is too long, is reported once, at the first alias on it; a missing
    address is reported at the alias that names it.

    Args:
        domains: The domains whose aliases are followed; all names in them must be readable. A
            domain whose own name cannot be read is None.
        key: Path of the list of domains.
    """
    book = Book([domain for domain in domains if domain is not None])
    findings: list[Finding] = []
    circles: set[frozenset[Place]] = set()
    deep: set[Place] = set()
    for index, domain in enumerate(domains):
        for left in domain.aliases if domain else ():
            own = address.domain(domain.name) if domain else ""
            # A catch-all takes any address that nothing else serves; no local part begins with "?".
            local = "?" if left == CATCH_ALL else name(left)
            place = f"{key}[{index}].aliases.{left}"
            for problem in islice(book.follow(((local, own),)), PATIENCE):
                if problem.circle in circles or (problem.way and (local, own) in deep):
                    continue
                circles |= {problem.circle} if problem.circle else set()
                deep |= set(problem.way)
                findings.append(problem.finding.under(place))
                break
    return findings


@dataclass(frozen=True, kw_only=True)
class _Problem:
    """What is wrong with a chain of aliases; with its places if it is a circle, or too long."""

    finding: Finding
    circle: frozenset[Place] = frozenset()
    way: tuple[Place, ...] = ()


class Book:
    """The accounts and aliases of all domains, looked up as chasquid does.

    Raises:
        AddressError: A name in one of them cannot be read.
    """

    def __init__(self, domains: Sequence[DomainAddresses]) -> None:
        self._accounts: dict[str, set[str]] = {}
        self._complete: dict[str, bool] = {}
        self._good: dict[Place, int] = {}
        self._aliases: dict[Place, list[str]] = {}
        for domain in domains:
            own = address.domain(domain.name)
            self._accounts[own] = set(map(address.account, domain.accounts))
            self._complete[own] = domain.complete
            for left, right in domain.aliases.items():
                self._aliases[plain(name(left)), own] = [target(one) for one in right]

    def follow(self, path: tuple[Place, ...]) -> Iterator[_Problem]:
        """Yield the problems of following aliases from the last place of ``path``."""
        local, domain = path[-1]
        if len(path) > LOOKUPS:
            reason = f"{_shown(path)} is more than chasquid follows"
            yield _Problem(finding=TOO_DEEP.found("", reason=reason), way=path)
        elif domain in self._accounts:
            targets = self.lookup(local, domain)
            if targets is None and self._is_nobody(local, domain) and len(path) == 2:
                reason = f"{local}@{domain} is neither an account nor an alias"
                yield _Problem(finding=TO_NOBODY.found("", reason=reason))
            # A place that was found good at this depth or a deeper one is not followed again:
            # otherwise the number of chains doubles with each layer of lists.
            if targets and (len(path) == 1 or self._good.get(path[-1], 0) < len(path)):
                yield from self._all(targets, path)

    def _all(self, targets: list[str], path: tuple[Place, ...]) -> Iterator[_Problem]:
        good = True
        for one in targets:
            for problem in self._go(one, path):
                good = False
                yield problem
        if good:
            self._good[path[-1]] = len(path)

    def _go(self, one: str, path: tuple[Place, ...]) -> Iterator[_Problem]:
        where, via, _ = one.partition(" via ")
        local, domain = path[-1]
        following = place_of(where, domain, local)
        if via:
            return  # handed to the named hosts, whatever the address
        if following in path:
            circle = path[path.index(following) :]
            found = LOOP.found("", reason=f"{_shown((*circle, following))} is a circle")
            yield _Problem(finding=found, circle=frozenset(circle))
        else:
            yield from self.follow((*path, following))

    def passed(self, start: Place) -> set[Place]:
        """Return the places that mail to ``start`` passes after it."""
        seen: set[Place] = set()
        level = [start]
        for _ in range(LOOKUPS - 1):
            level = [
                place_of(one, domain, local)
                for local, domain in level
                if domain in self._accounts
                for one in self.lookup(local, domain) or ()
                if " via " not in one
            ]
            level = [place for place in dict.fromkeys(level) if place not in seen]
            seen.update(level)
        return seen

    def lookup(self, local: str, domain: str) -> list[str] | None:
        """Return where an address of a domain of ours leads; None if it is no alias."""
        for known in (plain(local), plain(base(local))):
            if (known, domain) in self._aliases:
                return self._aliases[known, domain]
        # An account hides the catch-all under its very name only, not with dots or a suffix.
        if local in self._accounts[domain]:
            return None
        return self._aliases.get((CATCH_ALL, domain))

    def _is_nobody(self, local: str, domain: str) -> bool:
        known = map(plain, self._accounts[domain])
        return self._complete[domain] and plain(base(local)) not in known


def plain(local: str) -> str:
    """Return a local part as chasquid looks it up: without the dots that it ignores."""
    return address.without_dropped(local)


def base(local: str) -> str:
    """Return a local part without its suffix."""
    return local.partition(address.SUFFIX)[0]


def _shown(path: tuple[Place, ...]) -> str:
    return " → ".join(f"{local}@{domain}" for local, domain in path)
