"""Checks the limits of single accounts (``domains[].limits``)."""

from collections.abc import Iterator, Sequence

from mail import address
from mail.finding import Finding
from mail.rule import Rule
from settings.rules import account
from settings.settings import Domain, Limits
from settings.stack_file import SOURCE

ACCOUNT = Rule(
    id="limits-account",
    source=SOURCE,
    why="Only an account of the domain logs in, so nobody else can have a limit.",
    cure="name an account of the domain, or add it to accounts",
)
KEY = Rule(
    id="limits-key",
    source=SOURCE,
    why="An account's limits are those that the server has for all, by the same names.",
    cure="leave it out, or write one of the limits that tapal:server.limits has",
)
RANGE = Rule(
    id="limits-range",
    source=SOURCE,
    why="A limit of 0 would shut an account without saying so; only strangers can be none at all.",
    cure="write a number within the range; to shut an account, take it out of accounts",
)
Bounds = tuple[int, int]


def check(domains: Sequence[Domain]) -> list[Finding]:
    """Return what is wrong with the limits of the accounts of all ``domains`` of a stack."""
    return [
        finding
        for index, domain in enumerate(domains)
        for name, limits in domain.limits.items()
        for finding in _account(name, domain, limits, f"domains[{index}]")
    ]


def bounds() -> dict[str, Bounds]:
    """Return the least and the most that each limit may be, as `Limits` has them."""
    found: dict[str, Bounds] = {}
    for name, field in Limits.model_fields.items():
        least = max(getattr(one, "ge", 0) for one in field.metadata)
        most = max(getattr(one, "le", 0) for one in field.metadata)
        found[field.alias or name] = (least, most)
    return found


def _account(name: str, domain: Domain, limits: dict[str, int], key: str) -> Iterator[Finding]:
    place = f"{key}.limits.{name}"
    yield from account.check(name, domain, ACCOUNT, place, key)
    yield from _limits(limits, place)


def _limits(limits: dict[str, int], place: str) -> Iterator[Finding]:
    known = bounds()
    for key, value in limits.items():
        if key not in known:
            near = address.suggest(key, known)
            cure = f"did you mean {near!r}?" if near else f"known are {', '.join(known)}"
            yield KEY.found(f"{place}.{key}", reason="there is no such limit", cure=cure)
            continue
        least, most = known[key]
        if not least <= value <= most:
            reason = f"{value} is not from {least} to {most}"
            yield RANGE.found(f"{place}.{key}", reason=reason)
