"""Which stack a person means, and what its file says."""

from typing import Any

import pytest

from settings import stack_file
from settings.stack_file import StackFileError
from tools import own_stack


@pytest.fixture
def files(monkeypatch: pytest.MonkeyPatch) -> dict[str, dict[str, Any]]:
    """The stacks' files, which the test changes."""
    found: dict[str, dict[str, Any]] = {"example.com": {}, "lab": {}}

    def config(name: str) -> dict[str, Any]:
        if name not in found:
            raise StackFileError(f"Pulumi.{name}.yaml cannot be read")
        return found[name]

    monkeypatch.setattr(stack_file, "names", lambda: sorted(found))
    monkeypatch.setattr(stack_file, "config", config)
    return found


def test_the_only_one_needs_no_name(files: dict[str, dict[str, Any]]) -> None:
    with pytest.raises(StackFileError, match="make new"):
        own_stack.named(None)
    files["a.test"] = {}
    assert own_stack.named(None) == own_stack.named("") == own_stack.named("a.test") == "a.test"
    assert own_stack.named("lab") == "lab"
    files["b.test"] = {}
    with pytest.raises(StackFileError, match=r"STACK=…; the stacks here are a\.test, b\.test"):
        own_stack.named(None)
    with pytest.raises(StackFileError, match=r"c\.test"):
        own_stack.named("c.test")


def test_the_server_is_its_own_or_another_stacks(files: dict[str, dict[str, Any]]) -> None:
    files["a.test"] = {"tapal:host": {"name": "SMTP.a.test"}}
    files["b.test"] = {"tapal:hostStack": "a.test", "tapal:host": {}}
    assert own_stack.host_name(files["a.test"]) == "smtp.a.test"
    assert own_stack.host_name(files["b.test"]) == "smtp.a.test"
    assert own_stack.host_name({}) == ""


def test_domains_and_their_signers() -> None:
    key = {"selector": "k", "algorithm": "rsa", "state": "active"}
    config = {"tapal:domains": [{"name": "B.test", "dkim": [key, 5]}, {"name": 5}, 5]}
    assert own_stack.domains(config) == {"b.test"}
    assert own_stack.signers(config, "b.test") == "k (rsa)"
    assert own_stack.signers(config, "c.test") == own_stack.signers({}, "") == ""


def test_accounts_in_the_file_s_order() -> None:
    one = {"name": "B.test", "accounts": ["post", "News"]}
    config = {"tapal:domains": [one, {"name": "c.test"}, 5, {"name": "d.test", "accounts": ["i"]}]}
    assert own_stack.accounts(config) == ["post@b.test", "news@b.test", "i@d.test"]
    assert own_stack.accounts({}) == []
