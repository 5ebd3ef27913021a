"""What the tools ask `pulumi`, and what they make of its answers."""

import json
from pathlib import Path

import pytest

from tools import pulumi
from tools.pulumi import PulumiError


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A script in the place of `pulumi`."""
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    return tmp_path / "pulumi"


def answering(program: Path, out: str, *, status: int = 0, err: str = "") -> None:
    program.with_name("out").write_text(out)
    program.with_name("err").write_text(err)
    folder = program.parent
    program.write_text(
        f'#!/bin/sh\necho "$*" >{folder}/asked\ncat {folder}/out\ncat {folder}/err >&2\n'
        f"exit {status}\n"
    )
    program.chmod(0o755)


def test_passwords(program: Path) -> None:
    answering(program, json.dumps({"passwords": {"i@a.test": "x"}, "domains": []}))
    assert pulumi.passwords("a.test") == {"i@a.test": "x"}
    asked = program.with_name("asked").read_text()
    assert "stack output --json --show-secrets --stack a.test" in asked
    answering(program, "{}")
    with pytest.raises(PulumiError, match=r"make up STACK=a\.test"):
        pulumi.passwords("a.test")


def test_resources_are_asked_without_secrets(program: Path) -> None:
    answering(program, json.dumps({"deployment": {"resources": [{"urn": "u"}]}}))
    assert pulumi.resources("a.test") == [{"urn": "u"}]
    assert "secrets" not in program.with_name("asked").read_text()
    answering(program, json.dumps({"deployment": None}))
    assert pulumi.resources("a.test") == []


def test_the_last_update(program: Path) -> None:
    answering(program, json.dumps([{"kind": "update"}, {"kind": "old"}]))
    assert pulumi.last_update("a.test") == {"kind": "update"}
    for nothing in ("[]", "null", ""):
        answering(program, nothing)
        assert pulumi.last_update("a.test") == {}


def test_a_failure_has_its_cure(program: Path) -> None:
    answering(program, "", status=255, err="error: incorrect passphrase\n")
    with pytest.raises(PulumiError, match="PULUMI_CONFIG_PASSPHRASE"):
        pulumi.passwords("a.test")
    answering(program, "", status=1)
    with pytest.raises(PulumiError, match="no message"):
        pulumi.resources("a.test")


def test_no_pulumi(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(PulumiError, match="cannot be run"):
        pulumi.ask("a.test", "stack")
