"""Where aliases lead: followed from one to the next as chasquid does, across all its domains."""

from collections.abc import Iterator, Sequence

from mail import address
from mail.alias_entry import CATCH_ALL, SOURCE, Domain, name, place_of, target
from mail.finding import Finding

LOOKUPS = 10  # chasquid's recursionLimit: the address itself is the first
_Place = tuple[str, str]


def check_routes(domains: Sequence[Domain], key: str) -> list[Finding]:
    """Return each alias that leads in a circle, too far, or to a local address nobody has.

    All names must have been found readable before.
    """
    book = _Book(domains)
    findings: list[Finding] = []
    for index, domain in enumerate(domains):
        own = address.domain(domain.name)
        for left in domain.aliases:
            # A catch-all is met by an address that nothing serves; "?" begins no local part.
            local = "?" if left == CATCH_ALL else name(left)
            problem = next(book.follow(((local, own),)), None)
            if problem:
                findings.append(problem.under(f"{key}[{index}].aliases.{left}"))
    return findings


class _Book:
    """The accounts and aliases of all domains, looked up as chasquid does."""

    def __init__(self, domains: Sequence[Domain]) -> None:
        self._accounts: dict[str, set[str]] = {}
        self._aliases: dict[_Place, list[str]] = {}
        for domain in domains:
            own = address.domain(domain.name)
            self._accounts[own] = set(map(address.account, domain.accounts))
            for left, right in domain.aliases.items():
                self._aliases[_plain(name(left)), own] = [target(one) for one in right]

    def follow(self, path: tuple[_Place, ...]) -> Iterator[Finding]:
        """Yield the problems met on the way from the last place of ``path``."""
        local, domain = path[-1]
        if len(path) > LOOKUPS:
            yield _problem("alias-too-deep", f"{_shown(path)} is more than chasquid follows")
        elif domain in self._accounts:
            targets = self._lookup(local, domain)
            if targets is None and not self._is_account(local, domain):
                yield _problem("alias-to-nobody", f"{local}@{domain} is no account and no alias")
            for one in targets or ():
                yield from self._go(one, path)

    def _go(self, one: str, path: tuple[_Place, ...]) -> Iterator[Finding]:
        where, via, _ = one.partition(" via ")
        local, domain = path[-1]
        following = place_of(where, domain, local)
        if via:
            return  # handed to the named hosts, whatever the address
        if following in path:
            yield _problem("alias-loop", f"{_shown((*path, following))} is a circle")
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

    def _is_account(self, local: str, domain: str) -> bool:
        return _plain(_base(local)) in map(_plain, self._accounts[domain])


def _plain(local: str) -> str:
    return address.without_dropped(local)


def _base(local: str) -> str:
    return local.partition(address.SUFFIX)[0]


def _shown(path: tuple[_Place, ...]) -> str:
    return " → ".join(f"{local}@{domain}" for local, domain in path)


def _problem(rule: str, reason: str) -> Finding:
    cures = {
        "alias-loop": "let one of them lead out of the circle",
        "alias-too-deep": "point the alias to where the mail shall end",
        "alias-to-nobody": "check its spelling, or add the account or the alias",
    }
    return Finding(id=rule, key="", reason=reason, cure=cures[rule], source=SOURCE)
