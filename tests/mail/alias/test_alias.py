"""Aliases: syntax, and where they lead."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mail.address import AddressError
from mail.alias import check, entry
from mail.alias.entry import DomainAddresses
from mail.chasquid import files
from mail.finding import errors


def ids(*domains: DomainAddresses) -> list[str]:
    return [finding.id for finding in errors(check.check(domains))]


def one(aliases: dict[str, list[str]], accounts: tuple[str, ...] = ()) -> DomainAddresses:
    return DomainAddresses(name="a.test", accounts=accounts, aliases=aliases)


@pytest.mark.parametrize(
    ("aliases", "accounts", "expected"),
    [
        ({}, (), []),
        ({"i": ["me@gmail.test"]}, ("i",), []),
        ({"*": ["me@gmail.test"]}, (), []),
        ({"*": ["*@b.test"]}, (), []),
        ({"*": ["i"]}, ("i",), []),
        ({"x": ["nobody"], "*": ["me@gmail.test"]}, (), []),
        ({"x": ["i+news@a.test"]}, ("i",), []),
        ({"x": ["j.doe"]}, ("jdoe",), []),
        ({"x": ["me@b.test via mx.b.test/mx2.b.test"]}, (), []),
        ({"i+list": ["me@b.test"], "x": ["i+list"]}, (), []),
        ({"x": ["X"]}, (), ["alias-loop"]),
        ({"x": ["y"], "y": ["x@a.test"]}, (), ["alias-loop"]),
        ({"x": ["y"], "y": ["z"], "z": ["y"]}, (), ["alias-loop"]),
        ({"x": ["y"], "y": ["nobody"]}, (), ["alias-to-nobody"]),
        ({}, ("i", "I"), ["account-twice"]),
        ({"x": ["| rm"], "y": ["y"]}, ("a b",), ["local-part", "alias-pipe", "alias-loop"]),
        ({"*": ["nobody"]}, (), ["alias-loop"]),
        ({"*": ["i+rest"]}, ("i",), ["alias-loop"]),
        ({"*": ["*"]}, (), ["alias-loop"]),
        ({"x": ["me@b.test", "x.."]}, (), ["local-part"]),
        ({"x": ["nobody"]}, (), ["alias-to-nobody"]),
        ({"x": ["me@b.test", "nobody@A.test"]}, ("i",), ["alias-to-nobody"]),
        ({"x": ["| rm -rf /"]}, (), ["alias-pipe"]),
        ({"x": ["|cmd"], "y": []}, (), ["alias-pipe", "alias-empty"]),
        ({"x": ["me@b"]}, (), ["domain-name"]),
        ({"x": ["me@b.test, you@b.test"]}, (), ["alias-comma"]),
        ({"x": ["me@b.test\ny: z"]}, (), ["domain-name"]),
        ({"x": ["me@b.test via "]}, (), ["domain-name"]),
        ({"x y": ["me@b.test"]}, (), ["local-part"]),
        ({"x:": ["me@b.test"]}, (), ["local-part"]),
        ({"x@a.test": ["me@b.test"]}, (), ["account-with-domain"]),
        ({"**": ["me@b.test"]}, (), ["local-part"]),
        ({"a.b": ["me@b.test"], "AB": ["you@b.test"]}, (), ["alias-twice"]),
    ],
)
def test_check(
    aliases: dict[str, list[str]], accounts: tuple[str, ...], expected: list[str]
) -> None:
    assert ids(one(aliases, accounts)) == expected


@pytest.mark.parametrize(("hops", "expected"), [(9, []), (10, ["alias-too-deep"])])
def test_depth(hops: int, expected: list[str]) -> None:
    aliases = {f"n{i}": [f"n{i + 1}"] for i in range(hops - 1)}
    aliases[f"n{hops - 1}"] = ["me@b.test"]
    assert ids(one(aliases)) == expected


def test_many_ways_take_no_longer() -> None:
    layers = {
        f"n{layer}-{i}": [f"n{layer + 1}-{k}" for k in range(30)]
        for layer in range(8)
        for i in range(30)
    }
    last: dict[str, list[str]] = {f"n8-{k}": ["me@b.test"] for k in range(30)}
    assert ids(one(layers | last)) == []
    circles: dict[str, list[str]] = {f"n8-{k}": [f"n8-{(k + 1) % 30}"] for k in range(30)}
    assert set(ids(one(layers | circles))) == {"alias-too-deep"}


def test_routes_across_domains() -> None:
    first = DomainAddresses(name="a.test", aliases={"x": ["y@b.test"], "*": ["*@b.test"]})
    second = DomainAddresses(name="b.test", accounts=["i"], aliases={"y": ["x@a.test"]})
    found = errors(check.check([first, second]))
    assert [(finding.id, finding.key) for finding in found] == [
        ("alias-loop", "domains[0].aliases.x"),
        ("alias-to-nobody", "domains[0].aliases.*"),
    ]
    assert found[0].reason == "x@a.test → y@b.test → x@a.test is a circle"


def test_mail_that_nobody_reads_is_a_warning() -> None:
    found = check.check([one({}, ("i",))])
    assert [(finding.id, finding.level) for finding in found] == [
        ("account-unreachable", "warning"),
        ("no-postmaster", "warning"),
    ]
    assert check.check([one({"*": ["me@b.test"]}, ("i",))]) == []
    (returned,) = check.check([one({"*": ["i"]}, ("i", "j"))])
    assert "i@a.test is returned" in returned.reason


def test_expand_gives_accounts_the_catch_all() -> None:
    domain = one({"*": ["me@b.test", "i"], "n.e": ["x@b.test"]}, ("I", "news", "ne"))
    assert entry.expand(domain) == {
        "*": ("me@b.test", "i"),
        "n.e": ("x@b.test",),
        "news": ("me@b.test", "i"),
    }
    assert entry.expand(one({}, ("i",))) == {}


@given(
    st.dictionaries(
        st.text("abc.+", min_size=1, max_size=3) | st.just("*"),
        st.lists(st.sampled_from(["a", "b+c", "*", "x@b.test", "*@a.test", "| x"]), max_size=3),
        max_size=5,
    ),
    st.sets(st.sampled_from(["a", "b", "cc"])),
)
def test_check_always_ends_and_rendering_agrees(
    aliases: dict[str, list[str]], accounts: set[str]
) -> None:
    found = ids(one(aliases, tuple(accounts)))
    try:
        text = files.aliases(aliases)
    except AddressError:
        assert found
    else:
        lines = [line.split(": ", 1) for line in text.splitlines()[1:]]
        assert all(right for _, right in lines)
        assert lines == sorted(lines)
