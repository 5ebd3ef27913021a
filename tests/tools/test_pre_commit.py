"""The checks before a commit: the same as quick's, and nothing that is downloaded."""

import yaml

from tests.tools.workflow import ROOT

[REPOSITORY] = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())["repos"]


def test_no_hook_is_downloaded() -> None:
    assert REPOSITORY["repo"] == "local"
    assert {hook["language"] for hook in REPOSITORY["hooks"]} == {"system"}


def test_hooks_say_what_quick_says() -> None:
    quick = (ROOT / "tests" / "quick").read_text().replace('"$bin/', "venv/bin/").replace('"', "")
    quick = quick.replace(" --quiet", "")
    entries = {hook["id"]: hook["entry"] for hook in REPOSITORY["hooks"]}
    assert "shellcheck -x" in entries.pop("shellcheck")
    assert set(entries) == {"ruff", "ruff-format", "mypy"}
    for entry in entries.values():
        assert f"\n{entry.replace(' --force-exclude', '')} " in quick, entry
