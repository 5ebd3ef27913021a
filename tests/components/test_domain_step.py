"""The step that makes a domain's folder, run on folders of this machine."""

import shutil
import subprocess
from pathlib import Path

import pytest

from components import remote

DOMAIN = "shop.example"


class Host:
    """A folder that stands for a server's root, on which chasquid does not run."""

    def __init__(self, root: Path) -> None:
        self.folder = root / "chasquid" / "domains" / DOMAIN
        self.claim = root / "tapal" / "domains" / DOMAIN
        moved = {
            "/usr/local/lib/tapal/steps": str(remote.SCRIPTS),
            "/var/lib/tapal": str(root / "tapal"),
            "/etc/chasquid": str(root / "chasquid"),
            "systemctl is-active": "false",
        }
        self._script = remote.script("chasquid-domain.sh")
        for there, here in moved.items():
            assert there in self._script
            self._script = self._script.replace(there, here)

    def run(self, action: str, stack: str) -> subprocess.CompletedProcess[str]:
        """Run the step for ``stack``."""
        data = f"domain={DOMAIN}\nstack={stack}\nserver=smtp.example\n"
        argv = [shutil.which("bash") or "bash", "-c", self._script, "step", action]
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
