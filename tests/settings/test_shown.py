"""A domain is called by its name wherever a person reads of it."""

import pytest

from mail.finding import Finding
from settings.settings import Domain
from settings.shown import named

DOMAINS = [Domain(name="a.example"), Domain(name="b.example")]


@pytest.mark.parametrize(
    ("key", "cure", "shown"),
    [
        ("host.ipv4", "x", ("host.ipv4", "x")),
        ("domains[0]", "x", ("domains: a.example", "x")),
        ("domains[0].mx[0].host", "x", ("domains: a.example, mx[0].host", "x")),
        ("domains[1].dkim", "write domains[1].dkim[0].state: active, or",
         ("domains: b.example, dkim", "write dkim[0].state: active, or")),
        ("domains[1].name", "merge the entry with domains[0]",
         ("domains: b.example, name", "merge the entry with a.example")),
        ("domains[1].mx", "see domains[0].existing.mx.",
         ("domains: b.example, mx", "see existing.mx of a.example.")),
        ("domains[7].mx", "domains[7].mx", ("domains[7].mx", "domains[7].mx")),
    ],
)  # fmt: skip
def test_names(key: str, cure: str, shown: tuple[str, str]) -> None:
    [found] = named([Finding(id="x", key=key, reason="", cure=cure)], DOMAINS)
    assert (found.key, found.cure) == shown


def test_what_is_no_name_is_told_by_its_place() -> None:
    one = Finding(id="x", key="domains[0].name", reason="", cure="")
    assert named([one], [Domain(name="https://a.example")]) == [one]


def test_two_of_one_name_are_told_apart_by_their_place() -> None:
    one = Finding(id="x", key="domains[1].name", reason="", cure="")
    assert named([one], [DOMAINS[0], DOMAINS[0]]) == [one]
