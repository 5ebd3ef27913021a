"""What every step begins with: its words, and its output in order."""

import subprocess

from components.host.step import FOLDER

LIB = FOLDER / "steps" / "lib.sh"


def step(text: str, data: str = "") -> "subprocess.CompletedProcess[str]":
    """Run a step of this text."""
    return subprocess.run(
        ["bash", "-c", f". {LIB}\n{text}"],
        input=data,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_quiet_command_has_said_all_before_its_failure_is_explained() -> None:
    for _ in range(20):
        done = step("quiet bash -c 'seq 300; exit 3' || fail 'it is broken' 'mend it'")
        lines = done.stdout.splitlines()
        assert lines[:300] == [f"debug: {number}" for number in range(1, 301)]
        assert lines[300:] == ["failed: it is broken", "cure: mend it"]
        assert done.returncode == 1


def test_a_quiet_command_that_fails_ends_the_step() -> None:
    done = step("quiet bash -c 'echo one; exit 3'\necho two")
    assert (done.returncode, done.stdout) == (3, "debug: one\n")


def test_a_quiet_command_gets_no_input() -> None:
    assert step("quiet cat\nsetting name", "name=x\n").stdout == "x\n"
