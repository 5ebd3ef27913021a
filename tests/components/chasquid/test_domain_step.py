"""The steps that claim a server's domains and heed the claims, run on folders of this machine."""

import shutil
import subprocess
from pathlib import Path

import pytest

from components.host.step import FOLDER, scripts

DOMAIN = "shop.example"


class Host:
    """A folder that stands for a server's root, on which chasquid does not run."""

    def __init__(self, root: Path) -> None:
        self.folder = root / "chasquid" / "domains" / DOMAIN
        self.claim = root / "tapal" / "domains" / DOMAIN
        self._moved = {
            "/usr/local/lib/tapal/steps": str(FOLDER / "steps"),
            "/var/lib/tapal": str(root / "tapal"),
            "/etc/chasquid": str(root / "chasquid"),
            "systemctl ": "false ",
        }

    def run(
        self, action: str, stack: str, step: str = "chasquid-domain"
    ) -> subprocess.CompletedProcess[str]:
        """Run the step for ``stack``."""
        script = scripts()[step]
        for there, here in self._moved.items():
            assert there in script
            script = script.replace(there, here)
        data = f"domain={DOMAIN}\nstack={stack}\nserver=smtp.example\n"
        argv = [shutil.which("bash") or "bash", "-c", script, "step", action]
        return subprocess.run(argv, input=data, capture_output=True, text=True, check=False)


@pytest.fixture
def host(tmp_path: Path) -> Host:
    return Host(tmp_path)


def test_a_domain_comes_and_goes(host: Host) -> None:
    assert host.run("apply", "one").returncode == 0
    assert (host.folder.is_dir(), host.claim.read_text()) == (True, "one\n")
    assert host.run("apply", "one").returncode == 0
    assert host.run("delete", "one").returncode == 0
    assert not host.folder.exists()
    assert not host.claim.parent.exists()


def test_a_domain_that_another_stack_has_by_now_is_left_to_it(host: Host) -> None:
    assert host.run("apply", "one").returncode == 0
    refused = host.run("apply", "two")
    assert refused.returncode != 0
    assert f"{DOMAIN} is served for the stack one already" in refused.stdout
    host.claim.unlink()  # as the cure says after a stack was renamed
    assert host.run("apply", "two").returncode == 0
    left = host.run("delete", "one")
    assert (left.returncode, host.folder.is_dir(), host.claim.read_text()) == (0, True, "two\n")
    assert "is served for the stack two" in left.stdout


def test_a_server_stays_while_others_domains_are_on_it(host: Host) -> None:
    assert host.run("apply", "one").returncode == 0
    refused = host.run("delete", "the host's own", "chasquid-stop")
    assert refused.returncode != 0
    assert f"other stacks' domains are served here: {DOMAIN} (stack one)" in refused.stdout
    assert "of a domain that has moved to another server: rm -r" in refused.stdout
    assert host.run("delete", "one", "chasquid-stop").returncode == 0
