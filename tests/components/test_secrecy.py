"""Secrets reach the engine as secrets, and nowhere else."""

import json

from tests.components.example import GIVEN_PASSWORD, declared
from tests.components.recorder import is_secret

DOMAIN = "/etc/chasquid/domains/example.com"


def test_files_with_secrets_are_secret_and_closed() -> None:
    record = declared()
    for path in (f"{DOMAIN}/users", f"{DOMAIN}/dkim:2026a.pem", f"{DOMAIN}/dkim:2026e.pem"):
        file = record.file(path)
        assert is_secret(file.paths()[path]), path
        assert file.inputs["mode"] == "0640", path
        assert file.inputs["owner"] == "root:chasquid", path


def test_aliases_are_plain_so_that_a_review_sees_them() -> None:
    content = declared().file(f"{DOMAIN}/aliases").inputs["content"]
    assert "i: me@example.net\n" in content


def test_outputs_made_by_providers_are_secret() -> None:
    record = declared()
    assert record.named("key: DKIM 2026a of example.com", "DkimKey").secret_outputs == {
        "private_pem"
    }
    account = record.named("account: i@example.com")
    assert {"given", "password", "hash"} <= account.secret_outputs
    assert is_secret(account.inputs["given"])


def test_a_given_password_is_used_and_the_others_are_generated() -> None:
    record = declared()
    given = record.named("account: i@example.com").plain("given")
    assert given == GIVEN_PASSWORD
    assert "given" not in record.named("account: news@example.com").inputs


def test_no_secret_is_given_to_a_step() -> None:
    # Neither its data nor its arguments: what a step says is shown, and logged on the host.
    secrets = [GIVEN_PASSWORD, "PEM-of", "generated-for", "aGFzaA==", "PRIVATE KEY"]
    steps = declared().of_type("HostStep")
    assert steps
    for step in steps:
        assert not any(is_secret(value) for value in step.inputs.values()), step.name
        for secret in secrets:
            assert secret not in json.dumps(step.inputs), step.name


def test_no_secret_reaches_the_engine_in_clear() -> None:
    for item in declared().resources:
        plain = {key: value for key, value in item.inputs.items() if not is_secret(value)}
        for secret in (GIVEN_PASSWORD, "PEM-of", "generated-for", "PRIVATE KEY"):
            assert secret not in json.dumps(plain), f"{item.name}: {secret}"


def test_dkim_keys_are_protected_unless_the_stack_allows() -> None:
    from tests.components.example import declare, stack  # noqa: PLC0415 - for this case alone

    protected = {key.inputs["selector"] for key in declared().of_type("DkimKey") if key.protect}
    # The last one is retired: the guard alone asks for the permission to delete it.
    assert protected == {"2026a", "2026e", "2027a", "tapal-rsa", "tapal-ed25519"}
    assert "2025a" in {key.inputs["selector"] for key in declared().of_type("DkimKey")}
    allowed = declare(stack(allow=["dkim-keys"]))
    assert not any(key.protect for key in allowed.of_type("DkimKey"))
