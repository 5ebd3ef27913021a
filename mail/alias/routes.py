"""Where aliases lead: followed from one to the next as chasquid does, across all its domains."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from mail import address
from mail.alias.entry import CATCH_ALL, SOURCE, DomainAddresses, name, place_of, target
from mail.finding import Finding

LOOKUPS = 10  # chasquid's recursionLimit: the address itself is the first
PATIENCE = 1000  # problems looked at for one alias: those on a circle told of already count
_Place = tuple[str, str]


def check_routes(domains: Sequence[DomainAddresses | None], key: str) -> list[Finding]:
    """Return each alias that leads in a circle, too far, or to a local address nobody has.

    A circle, and a way that is too long, is told of once, at the first alias on it; an address
    nobody has at the alias that names it. Domains whose name cannot be read are None; all
    other names can be.
    """
    book = _Book([domain for domain in domains if domain is not None])
    findings: list[Finding] = []
    circles: set[frozenset[_Place]] = set()
    deep: set[_Place] = set()
    for index, domain in enumerate(domains):
        for left in domain.aliases if domain else ():
            own = address.domain(domain.name) if domain else ""
            # A catch-all is met by an address that nothing serves; "?" begins no local part.
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
    """What is wrong with a way, and its places if it is a circle, or too long."""

    finding: Finding
    circle: frozenset[_Place] = frozenset()
    way: tuple[_Place, ...] = ()


class _Book:
    """The accounts and aliases of all domains, looked up as chasquid does."""

    def __init__(self, domains: Sequence[DomainAddresses]) -> None:
        self._accounts: dict[str, set[str]] = {}
        self._complete: dict[str, bool] = {}
        self._good: dict[_Place, int] = {}
        self._aliases: dict[_Place, list[str]] = {}
        for domain in domains:
            own = address.domain(domain.name)
            self._accounts[own] = set(map(address.account, domain.accounts))
            self._complete[own] = domain.complete
            for left, right in domain.aliases.items():
                self._aliases[_plain(name(left)), own] = [target(one) for one in right]

    def follow(self, path: tuple[_Place, ...]) -> Iterator[_Problem]:
        """Yield the problems met on the way from the last place of ``path``."""
        local, domain = path[-1]
        if len(path) > LOOKUPS:
            problem = _problem("alias-too-deep", f"{_shown(path)} is more than chasquid follows")
            yield replace(problem, way=path)
        elif domain in self._accounts:
            targets = self._lookup(local, domain)
            if targets is None and self._is_nobody(local, domain) and len(path) == 2:
                yield _problem("alias-to-nobody", f"{local}@{domain} is no account and no alias")
            # From a place that was found good at this depth nothing new can be met: without this
            # the number of ways doubles with each layer of lists.
            if targets and (len(path) == 1 or self._good.get(path[-1], 0) < len(path)):
                yield from self._all(targets, path)

    def _all(self, targets: list[str], path: tuple[_Place, ...]) -> Iterator[_Problem]:
        good = True
        for one in targets:
            for problem in self._go(one, path):
                good = False
                yield problem
        if good:
            self._good[path[-1]] = len(path)

    def _go(self, one: str, path: tuple[_Place, ...]) -> Iterator[_Problem]:
        where, via, _ = one.partition(" via ")
        local, domain = path[-1]
        following = place_of(where, domain, local)
        if via:
            return  # handed to the named hosts, whatever the address
        if following in path:
            circle = path[path.index(following) :]
            yield _problem("alias-loop", f"{_shown((*circle, following))} is a circle", circle)
        else:
            yield from self.follow((*path, following))

    def _lookup(self, local: str, domain: str) -> list[str] | None:
        for known in (_plain(local), _plain(_base(local))):
            if (known, domain) in self._aliases:
                return self._aliases[known, domain]
        # An account hides the catch-all under its very name only, not with dots or a suffix.
        if local in self._accounts[domain]:
            return None
        return self._aliases.get((CATCH_ALL, domain))

    def _is_nobody(self, local: str, domain: str) -> bool:
        known = map(_plain, self._accounts[domain])
        return self._complete[domain] and _plain(_base(local)) not in known


def _plain(local: str) -> str:
    return address.without_dropped(local)


def _base(local: str) -> str:
    return local.partition(address.SUFFIX)[0]


def _shown(path: tuple[_Place, ...]) -> str:
    return " → ".join(f"{local}@{domain}" for local, domain in path)


def _problem(rule: str, reason: str, circle: tuple[_Place, ...] = ()) -> _Problem:
    cures = {
        "alias-loop": "let one of them lead out of the circle",
        "alias-too-deep": "point the alias to where the mail shall end",
        "alias-to-nobody": "check its spelling, or add the account or the alias",
    }
    finding = Finding(id=rule, key="", reason=reason, cure=cures[rule], source=SOURCE)
    return _Problem(finding=finding, circle=frozenset(circle))
