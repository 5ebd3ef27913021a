"""Two stacks that own one server."""

from collections.abc import Mapping

from settings.check import check_config
from settings.rules import other_stacks
from settings.settings import Host, Settings

HOST = {"name": "smtp.a.example", "ipv4": "203.0.113.10", "ssh": {"hostKey": "ssh-ed25519 AAAA"}}
OURS = {**HOST, "ipv6": "2001:db8::10"}


def host() -> Host:
    found = Settings.model_validate({"host": OURS}, by_alias=True, by_name=False).host
    assert found is not None
    return found


def said(**others: Mapping[str, object]) -> list[str]:
    configs = {name: {"tapal:host": dict(one)} for name, one in others.items()}
    return [
        f"{one.key}: {one.reason}; {one.cure}"
        for one in other_stacks.check(host(), "ours", configs)
    ]


def test_another_server_is_no_matter() -> None:
    assert said(other={**HOST, "ipv4": "203.0.113.11"}, ours=OURS, lab=HOST) == []
    assert list(other_stacks.check(None, "ours", {"other": {"tapal:host": HOST}})) == []


def test_one_address_is_told_with_the_stack_that_has_it() -> None:
    [found] = said(other=HOST)
    assert found.startswith("host.ipv4: the stack other has a server at 203.0.113.10 too")
    assert "tapal:hostStack: other" in found
    [found] = said(other={**HOST, "ipv4": "203.0.113.11", "ipv6": {"address": "2001:db8::10"}})
    assert found.startswith("host.ipv6: ")


def test_a_file_of_anything_is_no_trouble() -> None:
    assert said(other={}, more={"ipv4": 5, "ipv6": []}) == []
    assert check_config({}).settings is not None
