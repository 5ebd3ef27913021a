"""What is asked of `pulumi`, in which order, and what a person is told."""

import json
import os
import signal
import sys
import time
from pathlib import Path

import pytest

from lab.progress import wait_until
from tests.docs import terminal
from tests.tools.engine.conftest import STACK, Tool

PREVIEW = f"preview --event-log --stack {STACK} --color never"
UPDATE = f"up --skip-preview --yes --refresh=false --event-log --stack {STACK} --color never"
LOOKS_AGAIN = UPDATE.replace(" --refresh=false", "")
# Counts the signals that arrive; ends at the second one.
DEAF = """
count=0
trap 'count=$((count + 1)); echo signal >>"$CALLED"; [ $count -lt {ends_at} ] || exit 255' INT
echo begun >>"$CALLED"
while :; do sleep 0.05; done
"""


def summary(**counted: int) -> str:
    return json.dumps({"summaryEvent": {"resourceChanges": counted}})


@pytest.mark.parametrize("command", ["up", "destroy"])
def test_nothing_to_do_ends_after_the_preview(tool: Tool, command: str) -> None:
    tool.environment["EVENTS"] = summary(same=7)
    done = tool.run(command, STACK)
    assert (done.returncode, len(tool.calls())) == (0, 1)
    assert "nothing to do" in done.stderr


def test_a_change_is_made_after_a_yes(tool: Tool) -> None:
    tool.environment["EVENTS"] = summary(same=7, update=1)
    assert tool.run("up", STACK, "--yes", "--target", "x").returncode == 0
    flags = f"--stack {STACK} --target x"
    assert tool.calls() == [
        PREVIEW.replace(f"--stack {STACK}", flags), UPDATE.replace(f"--stack {STACK}", flags)
    ]  # fmt: skip


def test_raw_is_pulumis_own(tool: Tool) -> None:
    tool.environment["EVENTS"] = summary(create=1)
    tool.pulumi('echo "as Pulumi says it"')
    done = tool.run("up", STACK, "--yes", "--raw")
    assert tool.calls() == [PREVIEW.replace("--stack", "--diff --stack"), UPDATE]
    assert done.stdout == "as Pulumi says it\n" * 2


def test_what_pulumi_prints_is_not_shown_but_where_nothing_else_tells_why(tool: Tool) -> None:
    tool.environment["EVENTS"] = summary(create=1)
    tool.pulumi('echo "as Pulumi says it"')
    assert "as Pulumi" not in tool.run("preview", STACK).stdout
    tool.environment["EVENTS"] = ""
    tool.pulumi('echo "as Pulumi says it"; exit 1')
    assert "as Pulumi says it" in tool.run("preview", STACK).stderr


def test_an_error_is_told_once_and_a_warning_once_in_all(tool: Tool) -> None:
    said = [
        {"diagnosticEvent": {"severity": one, "message": f"a {one}\n"}}
        for one in ("warning", "warning", "error", "error")
    ]
    tool.environment["EVENTS"] = "\n".join([*map(json.dumps, said[:2]), summary(create=1)])
    done = tool.run("up", STACK, "--yes")
    assert (done.stdout + done.stderr).count("a warning") == 1
    tool.environment["EVENTS"] = "\n".join([*map(json.dumps, said), summary()])
    tool.pulumi("exit 1")
    done = tool.run("preview", STACK)
    assert done.stderr.count("✗ a error") == 1


def test_without_a_terminal_nobody_says_yes(tool: Tool) -> None:
    tool.environment["EVENTS"] = summary(create=1)
    done = tool.run("up", STACK)
    assert done.returncode == 1
    assert tool.calls() == [PREVIEW]
    assert "ARGS=--yes" in done.stderr


@pytest.mark.parametrize(("answer", "status"), [("y", 0), ("yes", 0), ("n", 1), ("", 1)])
def test_a_person_is_asked(tool: Tool, answer: str, status: int) -> None:
    tool.environment["EVENTS"] = summary(create=1)
    argv = [sys.executable, "-m", "tools.engine", "up", STACK]
    said = terminal.run(argv, answers=[(r"\[y/N\]", answer)], cwd=tool.folder, env=tool.environment)
    assert said.status == status, said.output
    assert len(tool.calls()) == (2 if status == 0 else 1)


def test_a_passphrase_is_asked_for_once_where_the_stack_has_one(tool: Tool) -> None:
    tool.environment["EVENTS"] = summary(create=1)
    (tool.folder / "stacks" / f"Pulumi.{STACK}.yaml").write_text("encryptionsalt: v1:x\n")
    tool.pulumi('echo "with $PULUMI_CONFIG_PASSPHRASE" >>"$CALLED"')
    argv = [sys.executable, "-m", "tools.engine", "up", STACK, "--yes"]
    answers = [(r"Passphrase of [^:]*:", "hush")]
    terminal.run(argv, answers=answers, cwd=tool.folder, env=tool.environment)
    assert [line for line in tool.calls() if "with" in line] == ["with hush", "with hush"]
    tool.environment["PULUMI_CONFIG_PASSPHRASE"] = ""
    terminal.run(argv, answers=[], cwd=tool.folder, env=tool.environment)
    assert "with" in tool.calls()


def test_destroy_goes_by_the_state_and_shows_it_first(tool: Tool) -> None:
    tool.environment["EVENTS"] = summary(delete=3)
    assert tool.run("destroy", STACK, "--yes").returncode == 0
    first, second = tool.calls()
    assert first.startswith("destroy --run-program=false --preview-only --event-log")
    assert second.startswith("destroy --run-program=false --skip-preview --yes")


def test_the_exit_status_is_pulumis(tool: Tool) -> None:
    tool.pulumi("exit 7")
    for command in ("preview", "up", "destroy"):
        assert tool.run(command, STACK, "--yes").returncode == 7
        assert len(tool.calls()) == 1


def test_what_is_not_known_is_not_taken_for_nothing(tool: Tool) -> None:
    tool.environment["EVENTS"] = "{"
    done = tool.run("up", STACK, "--yes")
    assert tool.calls() == [PREVIEW, LOOKS_AGAIN]
    assert "not known" in done.stderr


def test_what_drifted_is_looked_at_again(tool: Tool) -> None:
    step = {"op": "refresh", "type": "x", "old": {"outputs": {"a": 1}}, "new": {"outputs": {}}}
    event = json.dumps({"resOutputsEvent": {"metadata": step}})
    tool.environment["EVENTS"] = f"{event}\n{summary(same=7)}"
    assert tool.run("up", STACK, "--yes").returncode == 0
    assert tool.calls() == [PREVIEW, LOOKS_AGAIN]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_is_passed_on_once_and_again_later(tool: Tool, number: signal.Signals) -> None:
    tool.pulumi(DEAF.format(ends_at=2))
    with tool.start("preview", STACK) as process:
        wait_until(lambda: "begun" in calls(tool), what="it did not begin", seconds=10)
        asked = time.monotonic()
        process.send_signal(number)
        wait_until(lambda: "signal" in calls(tool), what="not passed on", seconds=1)
        time.sleep(1)
        assert calls(tool).count("signal") == 1
        _, said = process.communicate(timeout=10)
    assert 3.2 < time.monotonic() - asked < 5
    assert calls(tool).count("signal") == 2
    assert process.returncode == 255
    assert "nothing was changed" in said


def test_asked_again_it_is_passed_on_at_once(tool: Tool) -> None:
    tool.pulumi(DEAF.format(ends_at=2))
    with tool.start("preview", STACK) as process:
        wait_until(lambda: "begun" in calls(tool), what="it did not begin", seconds=10)
        process.send_signal(signal.SIGINT)
        wait_until(lambda: "signal" in calls(tool), what="not passed on", seconds=1)
        asked = time.monotonic()
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=10)
    assert time.monotonic() - asked < 1


def test_each_ctrl_c_goes_further_until_pulumi_is_killed(tool: Tool) -> None:
    """The terminal signals all that is in front: the tool, and not what the tool started."""
    tool.pulumi(DEAF.format(ends_at=9) + "\n")
    with tool.start("preview", STACK) as process:
        wait_until(lambda: "begun" in calls(tool), what="it did not begin", seconds=10)
        tasks = Path(f"/proc/{process.pid}/task/{process.pid}/children")
        [pulumi] = map(int, tasks.read_text().split())
        assert os.getpgid(pulumi) == pulumi
        deadline = time.monotonic() + 10
        # However fast they come, none finds the one before it half done.
        while Path(f"/proc/{pulumi}").exists() and time.monotonic() < deadline:
            process.send_signal(signal.SIGINT)
            time.sleep(0.001)
        process.wait(timeout=5)
    assert process.returncode == 128 + signal.SIGKILL


def test_what_stopped_an_update_says_what_to_do_next(tool: Tool) -> None:
    tool.environment["EVENTS"] = summary(create=1)
    tool.pulumi(f'case $(tail -n 1 "$CALLED") in up*) {DEAF.format(ends_at=1)} ;; esac')
    with tool.start("up", STACK, "--yes") as process:
        wait_until(lambda: "begun" in calls(tool), what="it did not begin", seconds=10)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=10)
    assert process.returncode == 255
    assert f"make up STACK={STACK} goes on" in said


@pytest.mark.parametrize(
    "words",
    [
        "error: the stack is currently locked by 1 lock(s).",
        "Another update is currently in progress",
    ],
)
def test_a_lock_is_answered_by_make_unlock(tool: Tool, words: str) -> None:
    tool.pulumi(f'echo "{words}" >&2; exit 255')
    done = tool.run("preview", STACK)
    assert words in done.stderr
    assert f"make unlock STACK={STACK}" in done.stderr


def test_a_machine_without_pulumi_is_told_where_to_get_it(tool: Tool) -> None:
    tool.environment["PATH"] = "/usr/sbin"
    done = tool.run("up", STACK)
    assert done.returncode == 2
    assert "pulumi.com/docs/install" in done.stderr


def calls(tool: Tool) -> list[str]:
    return tool.called.read_text().splitlines() if tool.called.exists() else []
