"""Secrets of the stack are nowhere in clear: state, output, journal, process list."""

import json

import pytest

from lab import keys, nodes, plan
from lab.operator import machine, stack
from tests.e2e.conftest import ACCOUNT, Deployment


@pytest.fixture(scope="module")
def secrets(deployment: Deployment) -> dict[str, str]:
    """Return every secret of the stack by what it is, taken from the decrypted state."""
    exported = stack.run(["pulumi", "stack", "export", "--show-secrets", "--stack", "lab"])
    resources = json.loads(exported.expect().output)["deployment"]["resources"]
    found = {
        "API token": plan.API_TOKEN,
        "SSH key": "".join(keys.private_key("operator").splitlines()[1:3]),
        "password": deployment.stack.password(ACCOUNT),
    }
    for resource in resources:
        outputs = resource.get("outputs", {})
        if resource["type"].endswith("DkimKey"):
            text = _plain(outputs["private_pem"])
            found[f"DKIM key {_plain(outputs['selector'])}"] = text.splitlines()[1]
        if resource["type"].endswith("Account"):
            found[f"hash of {_plain(outputs['address'])}"] = _plain(outputs["hash"])
    return found


def _plain(value: object) -> str:
    """Return a state's value, which as a secret is JSON text under ``plaintext``."""
    return str(json.loads(value["plaintext"])) if isinstance(value, dict) else str(value)


def test_there_is_a_canary_for_each_kind(secrets: dict[str, str]) -> None:
    assert len(secrets) == 8
    assert all(len(secret) >= 24 for secret in secrets.values())


def test_the_state_holds_none(secrets: dict[str, str]) -> None:
    files = [file for file in machine.state().rglob("*") if file.is_file()]
    assert files
    for file in files:
        text = file.read_bytes().decode(errors="replace")
        for what, secret in secrets.items():
            assert secret not in text, f"{what} in {file}"


def test_the_output_holds_none(secrets: dict[str, str], deployment: Deployment) -> None:
    again = deployment.stack.up("--diff", "--show-sames", "--show-reads").expect()
    for output in (deployment.preview.output, deployment.up.output, again.output):
        for what, secret in secrets.items():
            assert secret not in output, what


def test_the_journal_and_the_process_list_hold_none(secrets: dict[str, str]) -> None:
    journal = nodes.run("vps", ["journalctl", "--no-pager", "--output=cat"]).stdout
    processes = nodes.run("vps", ["ps", "axww", "-o", "args"]).stdout
    text = (journal + processes).decode(errors="replace")
    assert "chasquid" in text
    for what, secret in secrets.items():
        assert secret not in text, what
