"""Which addresses each account may use, as the gate's files say it."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from mail import gate_policy
from mail.address import AddressError
from mail.alias.entry import DomainAddresses
from mail.gate.authors import Mailbox
from mail.gate.policy import Policy
from mail.gate.store import load
from mail.gate_policy import GateDomain


def domain(
    name: str,
    accounts: Sequence[str],
    aliases: Mapping[str, Sequence[str]] | None = None,
    send_as: Mapping[str, Sequence[str]] | None = None,
) -> GateDomain:
    addresses = DomainAddresses(name=name, accounts=accounts, aliases=aliases or {})
    return GateDomain(addresses=addresses, send_as=send_as or {})


def deployed(folder: Path, *domains: GateDomain) -> Policy:
    (folder / "domains").mkdir()
    (folder / "host.json").write_text(gate_policy.host_text("smtp.a.example"))
    for name, text in gate_policy.domain_texts(domains).items():
        (folder / "domains" / f"{name}.json").write_text(text)
    return load(folder)


CHAIN = {f"l{number}": [f"l{number + 1}"] for number in range(12)} | {"l12": ["i"]}
TABLE: dict[str, tuple[list[GateDomain], str, list[str], list[str]]] = {
    "its own address": (
        [domain("a.example", ["i", "k"])],
        "i@a.example",
        ["i@a.example", "I@A.EXAMPLE", "i+x@a.example", "i.@a.example"],
        ["k@a.example", "i@b.example", "i@sub.a.example", "x@a.example"],
    ),
    "aliases, over others, with other targets beside": (
        [domain("a.example", ["i"], {"b": ["i"], "c": ["x@y.example", "b"], "d": ["x@y.example"]})],
        "i@a.example",
        ["b@a.example", "c@a.example", "c+x@a.example"],
        ["d@a.example"],
    ),
    "an account that an alias leads on from": (
        [domain("a.example", ["i"], {"i": ["me@y.example"], "press": ["i"]})],
        "i@a.example",
        ["i@a.example", "press@a.example"],
        ["me@y.example"],
    ),
    "aliases of another domain": (
        [domain("a.example", ["i"]), domain("b.example", ["k"], {"all": ["i@a.example", "k"]})],
        "i@a.example",
        ["all@b.example"],
        ["k@b.example", "i@b.example"],
    ),
    "an alias that is handed to named hosts leads to nobody": (
        [domain("a.example", ["i"], {"b": ["i@a.example via mx.y.example"]})],
        "i@a.example",
        [],
        ["b@a.example"],
    ),
    "as far as chasquid follows": (
        [domain("a.example", ["i"], CHAIN)],
        "i@a.example",
        ["l12@a.example", "l4@a.example"],
        ["l3@a.example", "l0@a.example"],
    ),
    "a circle ends": (
        [domain("a.example", ["i"], {"b": ["c"], "c": ["b", "i"], "d": ["d"]})],
        "i@a.example",
        ["b@a.example", "c@a.example"],
        ["d@a.example"],
    ),
    "a catch-all, save what another serves": (
        [domain("a.example", ["i", "k.l"], {"*": ["i"], "out": ["x@y.example"], "to": ["i"]})],
        "i@a.example",
        ["whatever@a.example", "to@a.example", "w+x@a.example"],
        ["k.l@a.example", "kl@a.example", "kl+x@a.example", "out@a.example", "o.ut@a.example"],
    ),
    "a catch-all that keeps the name": (
        [domain("a.example", ["k"], {"*": ["*@b.example"]}), domain("b.example", ["i", "m"])],
        "i@b.example",
        ["i@a.example", "i+x@a.example"],
        ["m@a.example", "k@a.example", "whatever@a.example"],
    ),
    "a catch-all over a catch-all": (
        [
            domain("a.example", [], {"*": ["*@b.example"], "out": ["x@y.example"]}),
            domain("b.example", ["i", "m"], {"*": ["i"]}),
        ],
        "i@b.example",
        ["whatever@a.example", "whatever@b.example", "i@a.example"],
        ["m@a.example", "m@b.example", "out@a.example"],
    ),
    "a suffix that is an alias of its own": (
        [domain("a.example", ["i", "k"], {"i+x": ["k"], "via": ["i+x"], "other": ["i+y"]})],
        "i@a.example",
        ["i+y@a.example", "other@a.example"],
        ["i+x@a.example", "via@a.example"],
    ),
    "the account behind such a suffix": (
        [domain("a.example", ["i", "k"], {"i+x": ["k"]})],
        "k@a.example",
        ["i+x@a.example"],
        ["i@a.example", "i+y@a.example"],
    ),
    "sendAs": (
        [
            domain(
                "a.example",
                ["i", "k"],
                {"*": ["k"], "b": ["k"]},
                {"I": ["K@a.example", "x.y@a.example", "*@B.example", "z@other.example"]},
            ),
            domain("b.example", ["m"]),
        ],
        "i@a.example",
        ["k@a.example", "xy+z@a.example", "m@b.example", "any@b.example", "z@other.example"],
        ["b@a.example", "any@a.example", "any@other.example"],
    ),
    "sendAs of a whole domain beside its catch-all": (
        [domain("a.example", ["i", "k"], {"*": ["i"]}, {"i": ["*@a.example"]})],
        "i@a.example",
        ["k@a.example", "any@a.example"],
        [],
    ),
    "an account with dots": (
        [domain("a.example", ["anna.lee"])],
        "anna.lee@a.example",
        ["annalee@a.example", "Anna.Lee+x.y@a.example"],
        ["anna@a.example"],
    ),
    "an international domain": (
        [domain("München.example", ["jürgen"], {"post": ["jürgen"]})],
        "jürgen@münchen.example",
        ["post@münchen.example", "post@xn--mnchen-3ya.example", "JÜRGEN@MÜNCHEN.example"],
        ["jurgen@münchen.example", "post@munchen.example"],
    ),
}


@pytest.mark.parametrize("about", TABLE)
def test_who_may_send_as_what(about: str, tmp_path: Path) -> None:
    domains, name, permitted, refused = TABLE[about]
    policy = deployed(tmp_path, *domains)
    account = policy.account(name)
    assert account
    found = {
        one: policy.may_use(account, Mailbox(*one.rpartition("@")[::2]))
        for one in (*permitted, *refused)
    }
    assert found == dict.fromkeys(permitted, True) | dict.fromkeys(refused, False)


def test_a_file_has_an_entry_a_line_and_a_stable_order() -> None:
    addresses = DomainAddresses(
        name="a.example", accounts=["k", "i"], aliases={"z": ["i"], "*": ["i"], "b": ["i"]}
    )
    one = GateDomain(addresses=addresses, limits={"I": {"minute": 5}}, organisation="a.example")
    assert gate_policy.domain_texts([one]) == {
        "a.example": """{
  "domain": "a.example",
  "spellings": [
    "a.example"
  ],
  "organisation": "a.example",
  "accounts": {
    "i": {
      "addresses": [
        "*@a.example",
        "b@a.example",
        "i@a.example",
        "z@a.example"
      ],
      "not": [
        "k@a.example"
      ],
      "limits": {
        "minute": 5
      }
    },
    "k": {
      "addresses": [
        "k@a.example"
      ]
    }
  }
}
"""
    }


def test_a_file_does_not_name_what_its_catch_all_means_anyway() -> None:
    domains = [domain("a.example", ["i"], {"*": ["i"]}), domain("b.example", ["x"])]
    assert '"x@' not in gate_policy.domain_texts(domains)["a.example"]


def test_the_host() -> None:
    assert json.loads(gate_policy.host_text("SMTP.a.example", "Me@b.example", "a.example")) == {
        "host": "smtp.a.example",
        "organisation": "a.example",
        "postmaster": "me@b.example",
    }
    assert json.loads(gate_policy.host_text("smtp.a.example")) == {"host": "smtp.a.example"}


def test_where_a_file_lies() -> None:
    assert gate_policy.domain_path("München.example").endswith("/xn--mnchen-3ya.example.json")


@pytest.mark.parametrize("value", ["", "*", "i", "*@", "@a.example", "* @a b"])
def test_send_as_is_an_address_or_a_whole_domain(value: str) -> None:
    with pytest.raises(AddressError):
        gate_policy.send_as(value)
