"""Where the state is, and which stacks in it have no file, is said before `pulumi` is asked."""

import json

import pytest

from tests.tools.engine.conftest import STACK, Tool


def test_without_a_login_nothing_is_asked(tool: Tool) -> None:
    del tool.environment["PULUMI_BACKEND_URL"]
    done = tool.run("preview", STACK)
    assert done.returncode == 2
    assert "pulumi login --local" in done.stderr
    assert tool.calls() == []


@pytest.mark.parametrize(
    ("current", "tokens", "is_chosen"),
    [
        ("file://~", {}, True),
        ("https://api.pulumi.com", {}, False),
        ("https://api.pulumi.com", {"https://api.pulumi.com": "x"}, True),
        ("s3://bucket", {}, True),
    ],
)
def test_a_login_counts_if_it_needs_no_question(
    tool: Tool, current: str, tokens: dict[str, str], *, is_chosen: bool
) -> None:
    del tool.environment["PULUMI_BACKEND_URL"]
    folder = tool.folder.parent / ".pulumi"
    folder.mkdir()
    said = {"current": current, "accessTokens": tokens}
    (folder / "credentials.json").write_text(json.dumps(said))
    assert (tool.run("preview", STACK).returncode == 0) is is_chosen


def state(tool: Tool, stack: str, *resources: dict[str, object]) -> None:
    folder = tool.state / ".pulumi" / "stacks" / "try"
    folder.mkdir(parents=True, exist_ok=True)
    held = {"checkpoint": {"latest": {"resources": list(resources)}}}
    (folder / f"{stack}.json").write_text(json.dumps(held))


def test_a_stack_that_is_up_without_a_file_is_named(tool: Tool) -> None:
    state(tool, "gone.example", {"custom": True})
    state(tool, "empty.example")
    state(tool, STACK, {"custom": True})
    done = tool.run("preview", STACK)
    assert done.returncode == 0
    assert "gone.example is still up, and its file" in done.stderr
    assert "make destroy STACK=gone.example" in done.stderr
    assert "empty.example" not in done.stderr
    assert f"{STACK} is still up" not in done.stderr


def test_the_passphrase_s_file_is_found(tool: Tool) -> None:
    (tool.folder.parent / ".tapal-passphrase").write_text("x\n")
    tool.pulumi('echo "$PULUMI_CONFIG_PASSPHRASE_FILE"')
    assert ".tapal-passphrase" in tool.run("preview", STACK, "--raw").stdout
    tool.environment["PULUMI_CONFIG_PASSPHRASE"] = ""
    assert ".tapal-passphrase" not in tool.run("preview", STACK, "--raw").stdout
