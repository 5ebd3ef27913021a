"""Two thousand random stacks' files: no traceback, and the engine's way says the same."""

import json
from collections.abc import Iterator
from pathlib import Path

import pulumi
import pytest

from components import load
from components.refusal import Refusal
from mail.finding import errors
from settings import credentials, stack_file
from settings.stack_file import Config, StackFileError
from settings.stray_keys import SECRET_KEYS
from tests.components import recorder
from tests.settings.bad_stacks.fuzz import STACKS, judge, run
from tests.settings.bad_stacks.mutation import mutant

SEED = 2026
PART = range(SEED, SEED + 150)
"""Those that go through the program's own door as well, which takes longer."""


@pytest.fixture(autouse=True)
def opened(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine whose agent and environment open host and zone: what is left is the file's."""
    monkeypatch.setenv("SSH_AUTH_SOCK", "/run/agent")
    monkeypatch.setenv("CLOUDFLARE_API_TOKEN", "token")


def test_no_stack_is_a_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    status = run(STACKS, SEED)
    said = capsys.readouterr().out
    assert status == 0, said
    valid = int(said.partition(" refused, ")[2].partition(" valid")[0])
    assert 100 < valid < STACKS - 100, f"most are of one kind, which proves little: {said}"


def test_a_seed_is_one_stack() -> None:
    assert mutant(SEED) == mutant(SEED)
    assert len({mutant(seed) for seed in range(100)}) > 90


def configured(config: Config) -> dict[str, str]:
    """A stack's configuration as the engine hands it to the program."""
    return {
        key: value if isinstance(value, str) else "" if value is None else json.dumps(value)
        for key, value in config.items()
    }


def parts() -> Iterator[tuple[int, str]]:
    yield from ((seed, mutant(seed)) for seed in PART)


def test_the_program_says_what_the_check_of_the_file_says(tmp_path: Path) -> None:
    compared = 0
    for seed, text in parts():
        judged = judge(text, tmp_path)
        try:
            config = stack_file.load(tmp_path / "Pulumi.fuzz.yaml")
        except StackFileError:
            continue  # the engine does not read it either
        looked_into = {credentials.TOKEN, *(f"tapal:{key}" for key in SECRET_KEYS)}
        if config.problems or looked_into & set(config.config):
            continue  # the first are in the file alone, the second are looked into
        said = loaded(config.config)
        assert said == judged.message, f"seed {seed}"
        compared += 1
    assert compared > len(PART) / 2


def holds_secret(value: object) -> bool:
    if isinstance(value, dict):
        return set(value) == {"secure"} or any(map(holds_secret, value.values()))
    return isinstance(value, list) and any(map(holds_secret, value))


def loaded(config: Config) -> str:
    """What loading the configuration in the program says; nothing if it is fine."""
    secret = [key for key, value in config.items() if holds_secret(value)]
    try:
        recorder.run(lambda: load.load(pulumi.Config("tapal")), configured(config), tuple(secret))
    except Refusal as refused:
        return str(refused)
    return ""


def test_secrets_that_are_junk_are_no_traceback() -> None:
    host = {"tapal:host": "{}", "tapal:passwords": "", "tapal:sshPrivateKey": ""}
    for junk in ("[]", "5", "null", '{"a": 1}', '{"a@b.example": null}', "{", '"x"', "[" * 9999):
        for key in SECRET_KEYS:
            config = {**host, f"tapal:{key}": junk}
            with pytest.raises(Refusal, match="to put right"):
                recorder.run(
                    lambda: load.load(pulumi.Config("tapal")),
                    config,
                    tuple(f"tapal:{name}" for name in SECRET_KEYS),
                )


def test_what_is_valid_holds_no_line_break(tmp_path: Path) -> None:
    """Settings go to the host as NAME=value lines."""
    seen = 0
    for _, text in parts():
        judged = judge(text, tmp_path)
        if judged.checked.settings is not None and not errors(judged.checked.findings):
            seen += 1
            shown = judged.checked.settings.model_dump_json(exclude={"acme": {"ca_bundle"}})
            assert "\\n" not in shown
            assert "\\u0000" not in shown
    assert seen > 5
