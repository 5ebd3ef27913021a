"""One mistake hides no other, and what is caused by one is not reported."""

import copy
from collections.abc import Iterator
from typing import Any

import pytest

from mail.finding import errors
from settings import key_paths
from settings.check import check_config
from settings.model import Model
from settings.recover import read
from settings.settings import Settings
from tests.components.example import STACK


def found(raw: dict[str, Any]) -> list[str]:
    """The keys of what is wrong, in order."""
    checked = check_config({f"tapal:{key}": value for key, value in raw.items()})
    return [one.key for one in errors(checked.findings)]


def changed(path: str, value: object) -> dict[str, Any]:
    """The example with ``value`` at ``path``, such as ``domains.0.name``."""
    raw = copy.deepcopy(STACK)
    parent: Any = raw
    *parts, last = path.split(".")
    for part in parts:
        parent = parent[int(part) if part.isdigit() else part]
    parent[int(last) if last.isdigit() else last] = value
    return raw


@pytest.mark.parametrize(
    "path",
    [
        *("host", "host.name", "host.ipv4", "host.ssh", "host.ssh.hostKey", "host.ssh.port"),
        *("host.ipv6.address", "host.ipv6.prefix", "host.ipv6.gateway"),
        *("acme", "acme.email", "acme.reload", "acme.reload.0"),
        *("domains", "domains.0", "domains.0.name", "domains.0.spf", "domains.0.spf.include.0"),
        *("domains.0.dmarc", "domains.0.dmarc.aggregateReports.0", "domains.0.dkim"),
        *("domains.0.dkim.0", "domains.0.dkim.1.selector", "domains.0.dkim.1.state"),
        *("domains.0.accounts", "domains.0.accounts.0", "domains.0.mx", "domains.2.mx.0"),
        *("domains.0.aliases", "domains.0.aliases.i"),
    ],
)
@pytest.mark.parametrize("value", [5, True, 1.5])
def test_one_value_of_the_wrong_kind_is_one_thing(path: str, value: object) -> None:
    if (path, value) in {("host.ssh.port", 5), ("host.ipv6.prefix", 5)}:
        return  # right after all
    [key] = found(changed(path, value))
    assert key.replace("[", ".").replace("]", "") == path


def every_setting(model: type[Model], below: str = "") -> Iterator[str]:
    """The path of each setting there is; of a list of mappings, those in the first one."""
    for key, inner in key_paths.keys(model).items():
        yield f"{below}{key}"
        if inner is not None:
            yield from every_setting(inner.model, f"{below}{key}." + ("0." if inner.many else ""))


YES_OR_NO = ("host.upgrades", "host.upgrades.install", "host.upgrades.reboot")


@pytest.mark.parametrize("value", [True, [True]], ids=str)
@pytest.mark.parametrize("path", list(every_setting(Settings)))
def test_any_setting_that_cannot_be_read_is_one_thing(path: str, value: object) -> None:
    if value is True and path in YES_OR_NO:
        return  # right after all
    raw: dict[str, Any] = {"server": {"limits": {}}, **copy.deepcopy(STACK)}
    raw["host"]["upgrades"] = {}
    raw["domains"][0] |= {"existing": {}, "mx": [{"host": "mx1.example.net"}]}
    *parts, last = path.split(".")
    parent: Any = raw
    for part in parts:
        parent = parent[int(part) if part.isdigit() else part]
    parent[last] = value
    recovered = read(raw)
    place = path.replace(".0", "[0]")
    [unreadable] = recovered.unreadable
    assert unreadable == place or (isinstance(value, list) and unreadable == f"{place}[0]")
    assert [one.key for one in recovered.findings] == [unreadable]
    assert len(recovered.settings.domains) == 3 or path == "domains"


def test_a_mistake_hides_no_other() -> None:
    raw = changed("domains.0.name", 5)
    raw["domains"][0]["dmarc"]["policy"] = "rejct"
    raw["domains"][0]["dkim"][0]["algorithm"] = "dsa"
    raw["host"]["ssh"]["port"] = "x"
    raw["host"]["timezone"] = "Nowhere/At_all"
    assert found(raw) == [
        "host.ssh.port",
        "host.timezone",
        "domains[0].name",
        "domains[0].dmarc.policy",
        "domains[0].dkim[0].algorithm",
    ]


def test_an_alias_to_an_account_that_cannot_be_read_is_not_reported() -> None:
    raw = changed("domains.0.accounts", [5])
    raw["domains"][0]["aliases"] = {"x": "nobody", "y": "y"}
    assert found(raw) == ["domains[0].accounts[0]", "domains[0].aliases.y"]


def test_a_misspelt_key_counts_as_the_one_it_resembles() -> None:
    raw = copy.deepcopy(STACK)
    raw["hots"] = raw.pop("host")
    raw["hots"]["ip4"] = raw["hots"].pop("ipv4")
    assert found(raw) == ["host.ip4", "hots"]


def test_a_misspelt_key_beside_the_right_one_changes_nothing() -> None:
    raw = changed("host.nam", "other.example.com")
    assert found(raw) == ["host.nam"]
    readable = read(raw)
    assert readable.settings.host is not None
    assert readable.settings.host.name == "smtp.example.com"


def test_one_anchor_mended_is_not_the_other() -> None:
    shared = {"name": "a.example", "accounts": [5]}
    raw = {**STACK, "domains": [shared, shared]}
    assert found(raw) == ["domains[0].accounts[0]", "domains[1].name", "domains[1].accounts[0]"]
    assert shared == {"name": "a.example", "accounts": [5]}, "what is checked stays as it is"


def test_words_of_several_scripts_pass() -> None:
    joined = "क्\u200dष.example"
    readable = read(changed("domains.0.name", joined))
    assert readable.findings == []
    assert readable.settings.domains[0].name.startswith("xn--")


@pytest.mark.parametrize("text", ["a\u200db", "\u200cx", "a\u00a0b", "a\u2028b", "a\x1bb"])
def test_what_nobody_sees_is_refused(text: str) -> None:
    [problem] = read(changed("domains.0.accounts.0", text)).findings
    assert problem.id == "settings-hidden-character"


def test_nothing_is_left_of_a_stack_without_keys() -> None:
    readable = read({})
    assert readable.findings == []
    assert readable.is_whole("host")
    assert readable.settings.domains == ()
