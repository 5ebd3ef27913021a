"""Which ports the rules of other firewalls close: told from what nft, ufw and firewalld say."""

import json

import pytest

from facts.foreign_rules import LET_IN, other_firewalls
from facts.snapshot import Snapshot

PORTS = "22 25 465"
TABLE = "table inet filter"
ALL = f"{TABLE} closes 22, 25, 465"


def told(*rules: object, asked: list[list[str]] | None = None) -> str:
    """Return the fact, as these things listed by nft and these rules of others make it."""
    text = json.dumps({"nftables": [{"metainfo": {}}, *rules]})
    rows = {"rules": [[text]], "asked": asked or []}
    return other_firewalls(Snapshot(rows=rows), PORTS, LET_IN)


def chain(name: str = "in", policy: str = "drop", hook: str | None = "input") -> object:
    based = {"type": "filter", "hook": hook, "prio": 0, "policy": policy} if hook else {}
    return {"chain": {"family": "inet", "table": "filter", "name": name, **based}}


def rule(*parts: object, name: str = "in", table: str = "filter") -> object:
    return {"rule": {"family": "inet", "table": table, "chain": name, "expr": list(parts)}}


def dport(right: object, protocol: str = "tcp") -> object:
    left = {"payload": {"protocol": protocol, "field": "dport"}}
    return {"match": {"op": "==", "left": left, "right": right}}


NEW = {"match": {"op": "in", "left": {"ct": {"key": "state"}}, "right": ["established"]}}
FROM = {
    "match": {"op": "==", "left": {"payload": {"protocol": "ip", "field": "saddr"}}, "right": "1"}
}
LOOPBACK = {"match": {"op": "==", "left": {"meta": {"key": "iif"}}, "right": "lo"}}
BOTH = {"set": [22, {"range": [20, 30]}]}
THREE = {"set": [22, 25, 465]}
ACCEPT, DROP = {"accept": None}, {"drop": None}
COUNTER: object = {"counter": {}}
REJECT = {"reject": {"type": "tcp reset"}}


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        ([], LET_IN),
        ([chain(policy="accept")], LET_IN),
        ([chain()], ALL),
        ([chain(hook="forward")], LET_IN),
        ([chain(), rule(LOOPBACK, ACCEPT), rule(NEW, ACCEPT)], ALL),
        ([chain(), rule(dport(22), ACCEPT)], TABLE + " closes 25, 465"),
        ([chain(), rule(dport(BOTH), ACCEPT)], TABLE + " closes 465"),
        ([chain(), rule(dport(THREE, "th"), ACCEPT)], LET_IN),
        ([chain(), rule(dport(THREE, "udp"), ACCEPT)], ALL),
        ([chain(), rule(FROM, dport({"range": [1, 999]}), ACCEPT)], LET_IN),
        ([chain(), rule(FROM, ACCEPT)], ALL),
        ([chain(policy="accept"), rule(FROM, DROP)], LET_IN),
        ([chain(policy="accept"), rule(dport(25), REJECT)], TABLE + " closes 25"),
        ([chain(policy="accept"), rule(dport(25), COUNTER, DROP)], TABLE + " closes 25"),
        ([chain(), rule({"jump": {"target": "ports"}}), chain("ports", hook=None),
          rule(dport(22), ACCEPT, name="ports")], TABLE + " closes 25, 465"),
        ([chain(policy="accept"), rule({"goto": {"target": "in"}})], LET_IN),
        ([chain(policy="accept"), rule(dport(25), {"return": None}), rule(DROP)],
         TABLE + " closes 22, 465"),
        ([chain(policy="accept"), rule({"xt": None}, DROP)], LET_IN),
    ],
)  # fmt: skip
def test_rules_of_nftables(rules: list[object], said: str) -> None:
    assert told(*rules) == said


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ([["ufw", "deny", "any", "any"]], "ufw closes 22, 25, 465"),
        ([["ufw", "allow", "any", "any"]], LET_IN),
        ([["ufw", "allow", "tcp", "22,400:500"], ["ufw", "deny", "any", "any"]], "ufw closes 25"),
        ([["ufw", "deny", "tcp", "25"], ["ufw", "allow", "any", "any"]], "ufw closes 25"),
        (
            [["firewalld", "allow", "tcp", "22"], ["firewalld", "allow", "tcp", "25-465"]],
            LET_IN,
        ),
        ([["firewalld", "allow", "udp", "1-999"]], "firewalld closes 22, 25, 465"),
    ],
)
def test_rules_of_ufw_and_firewalld(asked: list[list[str]], said: str) -> None:
    assert told(asked=asked) == said


def test_whose_own_rules_were_asked_is_not_judged_by_nft() -> None:
    asked = [["ufw", "allow", "any", "any"]]
    ours = {"chain": {"family": "ip", "table": "filter", "name": "INPUT", "type": "filter",
                      "hook": "input", "policy": "drop"}}  # fmt: skip
    assert told(ours, asked=asked) == LET_IN
    assert told(ours) == "table ip filter closes 22, 25, 465"


def test_what_is_not_json_closes_nothing() -> None:
    assert other_firewalls(Snapshot(rows={"rules": [["{"]]}), PORTS, LET_IN) == LET_IN
