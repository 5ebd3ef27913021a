"""docs/state-and-secrets.md: its commands, run in their order, do what the page says."""

import os
import re
import shutil
import subprocess
from pathlib import Path

from lab.engine import prepare
from tests.tools.workflow import ROOT

PAGE = ROOT / "docs" / "state-and-secrets.md"
# Commands marked «sh cloud» need an account somewhere.
COMMANDS = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def test_each_command_works_after_the_ones_before_it(tmp_path: Path) -> None:
    project, home = tmp_path / "project", tmp_path / "home"
    (project / "stacks").mkdir(parents=True)
    home.mkdir()
    shutil.copy(ROOT / "Pulumi.yaml", project)
    # What comes after is typed in the lab (tests/docs/test_walk.py): it asks for a server.
    text = PAGE.read_text(encoding="utf-8").partition("## Everything by hand")[0]
    blocks = COMMANDS.findall(text)
    assert len(blocks) == 6
    environment = prepare.environment(state=tmp_path / "unused")
    kept = {key: value for key, value in environment.items() if not key.startswith("PULUMI_")}
    kept |= {
        "HOME": str(home),
        "PULUMI_HOME": str(home / ".pulumi"),
        "PULUMI_SKIP_UPDATE_CHECK": "1",
    }
    script = "set -euo pipefail\n" + "".join(blocks)
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=project,
        env=kept,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "the token that Cloudflare showed" in done.stdout  # with the new passphrase
    assert "Import complete." in done.stdout
    written = (project / "stacks/Pulumi.example.org.yaml").read_text()
    assert "encryptionsalt: v1:" in written
    assert "secure: v1:" in written
    assert os.listdir(home / "tapal-state-2/.pulumi/stacks")  # noqa: PTH208
    assert list(project.glob("*.json")) == []
