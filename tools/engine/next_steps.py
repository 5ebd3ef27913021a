"""What is left to a person after `make up`: reverse DNS, the password, a first mail.

The world's DNS is asked whether it has what was just published, as a receiver of mail would.
"""

import ipaddress
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from mail.resolve import Resolve, UnansweredError
from tools.changes.plan import Properties
from tools.changes.terminal import Line

PATIENCE, BUDGET = 2.0, 5.0  # seconds for one question, and for all
PUBLISHED = ("A", "AAAA", "MX")
PANEL = (
    "set it where the server is rented: its panel calls it reverse DNS, rDNS or PTR "
    "(docs/vps.md#set-reverse-dns); an hour may pass until the world sees it"
)


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One question to the DNS, and its answer.

    Attributes:
        name: what was asked for.
        type: ``PTR``, ``A``, ``AAAA`` or ``MX``.
        about: how a person calls it: the address of a PTR.
        wanted: what is to be answered, among others.
        found: what is; None if nobody could be asked.
    """

    name: str
    type: str
    about: str
    wanted: frozenset[str]
    found: frozenset[str] | None

    @property
    def is_right(self) -> bool:
        """Return whether the world sees it as it should."""
        return self.found is not None and self.wanted <= self.found

    @property
    def mark(self) -> str:
        """Return how it is, in one character."""
        return "?" if self.found is None else "✓" if self.is_right else "✗"


def ask(events: Sequence[Properties], resolve: Resolve | None = None) -> list[Asked]:
    """Return what the DNS answers about the server and the domains that ``events`` tell of.

    Args:
        events: those of a run that knew the whole stack.
        resolve: how the DNS is asked; by this machine's resolver if not said.
    """
    resolver = resolve or _resolver()
    questions = list(dict.fromkeys([*_pointers(events), *_records(events)]))
    with ThreadPoolExecutor(max_workers=8) as pool:
        answers = list(pool.map(lambda one: _answer(resolver, one[0], one[1]), questions))
    return [
        Asked(name=name, type=kind, about=about, wanted=frozenset(wanted), found=found)
        for (name, kind, about, wanted), found in zip(questions, answers, strict=True)
    ]


def _resolver() -> Resolve:
    # Imported here: that takes as long as all else, and few runs come this far.
    from mail.lookup import Resolver  # noqa: PLC0415

    return Resolver(patience=PATIENCE, budget=BUDGET)


def lines(asked: Sequence[Asked], stack: str) -> list[Line]:
    """Return what is next, after an `up` that did something."""
    commands = {
        f"make password STACK={stack}": "an account's password, and where to type it in",
        f"make testmail STACK={stack} TO=you@elsewhere.example": "a first mail, and its way",
    }
    found = [Line(text="What is next", style="bold"), *seen(asked)]
    for command, what in commands.items():
        found += [Line(text=command, indent=2), Line(text=what, indent=4, style="dim")]
    return found


def seen(asked: Sequence[Asked]) -> list[Line]:
    """Return how the world sees the server: each pointer, and the other records together."""
    pointers = [one for one in asked if one.type == "PTR"]
    records = [one for one in asked if one.type != "PTR"]
    found = [_pointer(one) for one in pointers]
    if any(not one.is_right for one in pointers):
        found.append(Line(text=PANEL, indent=4, style="dim"))
    found += [_record(one) for one in records if not one.is_right]
    if records and all(one.is_right for one in records):
        names = ", ".join(f"{one.type} of {one.name}" for one in records)
        found.append(_line("✓", f"the DNS answers as it should: {names}"))
    return found


def _pointer(one: Asked) -> Line:
    wanted = ", ".join(sorted(one.wanted))
    if one.is_right:
        return _line("✓", f"reverse DNS of {one.about} is {wanted}: right")
    now = "could not be asked" if one.found is None else f"now {_listed(one.found)}"
    return _line(one.mark, f"reverse DNS: give {one.about} the name {wanted} ({now})")


def _record(one: Asked) -> Line:
    if one.found is None:
        return _line("?", f"{one.type} of {one.name}: the DNS could not be asked")
    text = f"{one.type} of {one.name}: the DNS answers {_listed(one.found)}, and not yet "
    return _line("✗", text + f"{_listed(one.wanted)}; it may remember the old one for a while")


def _line(mark: str, text: str) -> Line:
    style = {"✓": "green", "✗": "yellow"}.get(mark, "dim")
    return Line(mark=mark, text=text, indent=2, style=style)


def _listed(values: Iterable[str]) -> str:
    return ", ".join(sorted(values)) or "nothing"


Question = tuple[str, str, str, tuple[str, ...]]


def _pointers(events: Sequence[Properties]) -> Iterator[Question]:
    """Yield what is asked of the host's addresses, by what the stack says of its host."""
    host: object = None
    for state in _states(events, "resOutputsEvent"):
        if state.get("type") == "pulumi:pulumi:Stack":
            host = _mapping(state.get("outputs")).get("host", host)
    told = _mapping(host)
    for key in ("ipv4", "ipv6"):
        address = told.get(key)
        if isinstance(address, str) and address:
            pointer = ipaddress.ip_address(address).reverse_pointer
            yield pointer, "PTR", address, (str(told.get("name", "")),)


def _records(events: Sequence[Properties]) -> Iterator[Question]:
    """Yield what is asked of each name that has addresses or mail servers of ours."""
    wanted: dict[tuple[str, str], list[str]] = {}
    for state in _states(events, "resourcePreEvent"):
        inputs = _mapping(state.get("inputs"))
        if str(state.get("type")).endswith("DnsRecord") and inputs.get("type") in PUBLISHED:
            content = str(inputs.get("content")).lower().removesuffix(".")
            wanted.setdefault((str(inputs.get("name")), str(inputs["type"])), []).append(content)
    for (name, kind), values in sorted(wanted.items()):
        yield name, kind, name, tuple(sorted(set(values)))


def _states(events: Sequence[Properties], key: str) -> Iterator[Properties]:
    for event in events:
        about = _mapping(_mapping(event.get(key)).get("metadata"))
        yield _mapping(about.get("new"))


def _answer(resolve: Resolve, name: str, kind: str) -> frozenset[str] | None:
    try:
        return frozenset(resolve(name, kind))
    except UnansweredError:
        return None


def _mapping(value: object) -> Properties:
    return value if isinstance(value, dict) else {}
