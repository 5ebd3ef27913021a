"""Bad settings are refused whole: every problem at once, with key, reason and cure."""

import json
from typing import Any

import pulumi
import pytest
from pydantic import ValidationError

from components import load
from components.refusal import Refusal
from lab import keys
from mail.finding import Finding, errors
from settings.check import Checked, check_config
from settings.settings import Settings
from tests.components.example import STACK, stack
from tests.components.recorder import run


def checked(data: dict[str, Any]) -> Checked:
    """Check a stack without its secrets."""
    return check_config({f"tapal:{key}": value for key, value in data.items()})


def problems(data: dict[str, Any]) -> dict[str, Finding]:
    """Return what is wrong with a stack, by key."""
    return {found.key: found for found in errors(checked(data).findings)}


def test_the_example_is_fine() -> None:
    assert problems(STACK) == {}


@pytest.mark.parametrize(
    ("change", "key", "words"),
    [
        ({"acme": {"emial": "me@elsewhere.test"}}, "acme.emial", "did you mean 'email'?"),
        ({"acme": {}}, "acme", "it is missing"),
        ({"acme": {"reload": []}}, "acme.email", "it is missing"),
        ({"hots": {}}, "hots", "did you mean 'host'?"),
        ({"allow": ["everything"]}, "allow[0]", "'everything' is not dkim-keys or mail-records"),
        ({"server": {"maxQueueItems": 0}}, "server.maxQueueItems", "write 1 or more"),
        ({"server": {"giveUpSendAfter": "5d"}}, "server.giveUpSendAfter", "write it like 120h"),
        ({"domains": [{"name": "a.example"}] * 2}, "domains[1].name", "given twice"),
        ({"domains": [{"name": "example.com."}]}, "domains[0].name", "ends in a dot"),
        (
            {"domains": [{"name": "a.example", "mx": ["203.0.113.1"]}]},
            "domains[0].mx[0].host",
            "write a name instead of an IP address",
        ),
        (
            {"domains": [{"name": "a.example", "aliases": {"x": "nobody"}}]},
            "domains[0].aliases.x",
            "nobody",
        ),
        (
            {"domains": [{"name": "a.example", "dmarc": {"policy": "rejct"}}]},
            "domains[0].dmarc.policy",
            "write 'reject'",
        ),
    ],
)
def test_a_mistake_is_named(change: dict[str, Any], key: str, words: str) -> None:
    found = problems(stack(**change))
    assert key in found, sorted(found)
    assert words in f"{found[key].reason}; {found[key].cure}"


def test_names_and_addresses_are_brought_into_one_form() -> None:
    host = {**STACK["host"], "name": "SMTP.Example.COM", "ipv6": "2001:0DB8::0007"}
    settings = checked(stack(host=host, domains=[{"name": "Bücher.example"}])).settings
    assert settings is not None
    assert settings.host is not None
    assert settings.host.name == "smtp.example.com"
    assert settings.host.ipv6 is not None
    assert settings.host.ipv6.address == "2001:db8::7"
    assert settings.domains[0].name == "xn--bcher-kva.example"


def test_settings_themselves_refuse_what_they_do_not_know() -> None:
    """Whatever the check before them lets through."""
    with pytest.raises(ValidationError, match="Extra inputs are not permitted"):
        Settings.model_validate({"hots": {}})


def loaded(config: dict[str, Any], secrets: tuple[str, ...] = ()) -> None:
    """Load the configuration as the program does; a key with a colon is complete already."""
    texts = {
        key if ":" in key else f"tapal:{key}": value
        if isinstance(value, str)
        else json.dumps(value)
        for key, value in ({"cloudflare:apiToken": "canary-token"} | config).items()
    }
    secrets = (*secrets, "cloudflare:apiToken")
    run(lambda: load.load(pulumi.Config("tapal")), texts, secrets)


def test_several_mistakes_are_one_message() -> None:
    data = stack(acme={"email": "nobody"}, domains=[{"name": "https://a.example"}])
    with pytest.raises(Refusal, match="2 things to put right; nothing was touched") as said:
        loaded(data | {"sshPrivateKey": keys.private_key("operator")}, ("tapal:sshPrivateKey",))
    assert "acme.email" in str(said.value)
    assert "domains[0].name" in str(said.value)


def test_a_secret_in_plain_text_is_refused_and_not_shown() -> None:
    with pytest.raises(Refusal, match="sshPrivateKey: it stands in plain text") as said:
        loaded(STACK | {"sshPrivateKey": keys.private_key("operator")})
    assert "PRIVATE" not in str(said.value)


def test_an_ignored_warning_is_not_shown(caplog: pytest.LogCaptureFixture) -> None:
    opened = {"sshPrivateKey": keys.private_key("operator")}
    ignored = {"ignore": {"ip-documentation": "these addresses are the lab's"}}
    loaded(STACK | opened, ("tapal:sshPrivateKey",))
    before = [one.message for one in caplog.records]
    [shown, _] = [one for one in before if "kept for documentation" in one]
    assert shown.endswith(" Rule: ip-documentation.")
    caplog.clear()
    loaded(STACK | opened | ignored, ("tapal:sshPrivateKey",))
    after = [one.message for one in caplog.records]
    assert after == [one for one in before if "kept for documentation" not in one]
    assert after


def test_an_error_cannot_be_ignored() -> None:
    data = stack(acme={"email": "nobody"}, ignore={"address-without-domain": "later"})
    found = errors(checked(data).findings)
    assert [(one.key, one.id) for one in found] == [
        ("acme.email", "address-without-domain"),
        ("ignore.address-without-domain", "ignore-error"),
    ]


def test_a_broken_private_key_is_refused_and_not_shown() -> None:
    broken = keys.private_key("operator").replace("\n", " ")
    with pytest.raises(Refusal, match="sshPrivateKey: it is not an OpenSSH private key") as said:
        loaded(STACK | {"sshPrivateKey": broken}, ("tapal:sshPrivateKey",))
    assert "b3Blbn" not in str(said.value)


def test_a_password_for_nobody_is_named_without_being_shown() -> None:
    secrets = ("tapal:sshPrivateKey", "tapal:passwords")
    given = {"j@example.com": "a-very-secret-password"}
    with pytest.raises(Refusal, match=r"passwords\[j@example.com\]") as said:
        loaded(STACK | {"sshPrivateKey": keys.private_key("operator"), "passwords": given}, secrets)
    assert "a-very-secret" not in str(said.value)


def test_a_date_that_the_engine_has_read_is_named() -> None:
    key = {"selector": "2026-01-02 00:00:00 +0000 UTC"}
    found = problems(stack(domains=[{"name": "a.example", "dkim": [key]}]))
    assert set(found) == {"domains[0].dkim[0].selector"}
    assert found["domains[0].dkim[0].selector"].cure.endswith('as it was written: "2026-01-02"')


@pytest.mark.parametrize(
    ("written", "read"), [(20260102, "20260102"), (1.5, "1.5"), (True, "true"), ("[", "[")]
)
def test_a_stack_s_name_is_text(written: object, read: str) -> None:
    asked = []

    def other(name: str) -> dict[str, object]:
        asked.append(name)
        return {"tapal:host": STACK["host"]}

    check_config({"tapal:hostStack": written}, read_stack=other)
    assert asked == [read] * (read != "[")


@pytest.fixture
def no_agent(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine on which nothing but the stack's own file opens anything."""
    for name in ("SSH_AUTH_SOCK", "TAPAL_SSH_PRIVATE_KEY", "CLOUDFLARE_API_TOKEN"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.usefixtures("no_agent")
def test_what_opens_nothing_is_told_before_anything_is_tried(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with pytest.raises(Refusal, match="2 things to put right; nothing was touched") as said:
        loaded(STACK | {"cloudflare:apiToken": ""})
    for key in ("cloudflare:apiToken", "tapal:sshPrivateKey"):
        assert f"pulumi config set --stack test --secret {key}" in str(said.value)
    # An agent and the environment are as good.
    monkeypatch.setenv("SSH_AUTH_SOCK", "/run/agent")
    monkeypatch.setenv("CLOUDFLARE_API_TOKEN", "token")
    loaded(STACK | {"cloudflare:apiToken": ""})


@pytest.mark.usefixtures("no_agent")
@pytest.mark.parametrize("other", ["cloudflare:apiKey", "cloudflare:apiUserServiceKey"])
def test_another_credential_of_cloudflare_s_will_do(other: str) -> None:
    given = {"cloudflare:apiToken": "", other: "x", "sshPrivateKey": keys.private_key("operator")}
    loaded(STACK | given, (other, "tapal:sshPrivateKey"))


@pytest.mark.parametrize("token", ["Bearer canary", "canary ", "canary\n", "«canary»"])
def test_more_than_the_token_is_refused_and_not_shown(token: str) -> None:
    with pytest.raises(Refusal, match="cloudflare:apiToken: it is not the token") as said:
        loaded(
            STACK | {"cloudflare:apiToken": token, "sshPrivateKey": keys.private_key("operator")},
            ("tapal:sshPrivateKey",),
        )
    assert "canary" not in str(said.value)
