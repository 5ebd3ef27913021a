"""Rules of other firewalls on the host, and which of our TCP ports they close.

Nftables' rules are judged as far as simple ones go: by port, and by what applies to all. Of a rule
that asks for more (a source, an interface) an `accept` of the port counts and a `drop` does not, so
that a port is said to be closed only if nobody gets in by it.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from facts.snapshot import Snapshot

OURS = ("inet", "tapal")
LET_IN = "let in"
_DEEPEST = 8
_ALL, _NAMED = "all", "named"
# Whose rules are asked of themselves, since nft shows them in part only.
_TABLES_OF = {
    "ufw": (("ip", "filter"), ("ip6", "filter")),
    "firewalld": (("inet", "firewalld"),),
}

Json = Mapping[str, Any]
Table = tuple[str, str]
Rules = Sequence[Sequence[Json]]


def other_firewalls(snapshot: Snapshot, ports: str, wanted: str) -> str:
    """Return who closes which of ``ports`` (numbers, separated by spaces), or ``wanted``."""
    numbers = [int(one) for one in ports.split()]
    found: dict[str, set[int]] = {}
    for name in snapshot.named.get("asked", {}):
        rules = [row[1:] for row in snapshot.rows["asked"] if row[0] == name]
        found[name] = {port for port in numbers if not _is_let_in(rules, port)}
    passed = {OURS, *(table for name in found for table in _TABLES_OF[name])}
    for table, chain in _entrances(_ruleset(snapshot)):
        if table not in passed:
            closed = {port for port in numbers if chain.verdict(port) in ("drop", "reject")}
            found.setdefault(f"table {' '.join(table)}", set()).update(closed)
    said = [
        f"{name} closes {', '.join(map(str, sorted(closed)))}"
        for name, closed in found.items()
        if closed
    ]
    return "; ".join(said) or wanted


def _is_let_in(rules: Sequence[Sequence[str]], port: int) -> bool:
    """Tell what the first rule says that names ``port``: verdict, protocol, and ports each."""
    for verdict, protocol, named in rules:
        if protocol in ("tcp", "any") and any(_names(one, port) for one in named.split(",")):
            return verdict in ("allow", "limit")
    return False


def _names(text: str, port: int) -> bool:
    low, _, high = text.replace("-", ":").partition(":")
    return text == "any" or (low.isdigit() and int(low) <= port <= int(high or low))


def _ruleset(snapshot: Snapshot) -> Sequence[Json]:
    try:
        listed: Sequence[Json] = json.loads(snapshot.value("rules") or "{}").get("nftables", [])
    except ValueError:
        return []
    return listed


class _Chain:
    """A base chain by which packets come in, with the other chains of its table."""

    def __init__(self, name: str, policy: str, rules: Mapping[str, Rules]) -> None:
        self._name, self._policy, self._rules = name, policy, rules

    def verdict(self, port: int) -> str:
        """Return what becomes of a new TCP connection to ``port`` from anywhere."""
        return self._of(self._name, port, 0) or self._policy

    def _of(self, chain: str, port: int, depth: int) -> str | None:
        for rule in self._rules.get(chain, ()) if depth < _DEEPEST else ():
            fit = _fit(rule, port)
            said = self._end(rule, port, depth) if fit else None
            if said and (fit == _ALL or said == "accept"):
                return None if said == "return" else said
        return None

    def _end(self, rule: Sequence[Json], port: int, depth: int) -> str | None:
        """Return the verdict of ``rule``, or of the chain that it leads to."""
        for part in rule:
            for word in ("accept", "drop", "reject", "return"):
                if word in part:
                    return word
            for word in ("jump", "goto"):
                if word in part:
                    return self._of(part[word]["target"], port, depth + 1)
        return None


def _entrances(listed: Sequence[Json]) -> Iterator[tuple[Table, _Chain]]:
    """Yield the base chains at the hook ``input``, each with its table."""
    rules: dict[Table, dict[str, list[Sequence[Json]]]] = {}
    for one in (part["rule"] for part in listed if "rule" in part):
        table = rules.setdefault((one["family"], one["table"]), {})
        table.setdefault(one["chain"], []).append(one.get("expr", []))
    for chain in (part["chain"] for part in listed if "chain" in part):
        if chain.get("hook") == "input" and chain.get("type") == "filter":
            where = chain["family"], chain["table"]
            yield where, _Chain(chain["name"], chain.get("policy", "accept"), rules.get(where, {}))


def _fit(rule: Sequence[Json], port: int) -> str | None:
    """Tell whether ``rule`` holds for new connections to ``port``.

    `_ALL` is for all of them, `_NAMED` for some, where the rule names the port.
    """
    is_named, asks_more = False, False
    for part in rule:
        if "match" in part:
            what, holds = _matches(part["match"], port)
            if holds is False:
                return None
            is_named = is_named or what == "port"
            asks_more = asks_more or holds is None
        asks_more = asks_more or bool(part.keys() & {"xt", "limit", "vmap"})
    if asks_more:
        return _NAMED if is_named else None
    return _ALL


def _matches(match: Json, port: int) -> tuple[str, bool | None]:
    """Return what ``match`` is about, and whether it holds; None if that cannot be told."""
    left, right, negated = match["left"], match["right"], match.get("op") == "!="
    payload = left.get("payload", {}) if isinstance(left, Mapping) else {}
    meta = left.get("meta", {}) if isinstance(left, Mapping) else {}
    if payload.get("field") == "dport":
        is_ours = payload.get("protocol") in ("tcp", "th")
        return "port", is_ours and _holds(right, port) != negated
    if meta.get("key") == "l4proto" or payload.get("field") in ("protocol", "nexthdr"):
        return "protocol", _holds(right, "tcp") != negated
    if isinstance(left, Mapping) and left.get("ct", {}).get("key") == "state":
        return "state", _holds(right, "new") != negated
    return "", None


def _holds(right: object, value: object) -> bool:
    """Tell whether ``value`` is, or lies in, the right side of a match."""
    if isinstance(right, Mapping):
        if "set" in right:
            return any(_holds(one, value) for one in right["set"])
        if "range" in right:
            low, high = right["range"]
            return isinstance(value, int) and low <= value <= high
        return False
    if isinstance(right, list):
        return any(_holds(one, value) for one in right)
    return right == value
