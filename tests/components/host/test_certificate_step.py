"""The step that gets the certificate: the cause that it names when there is none."""

import subprocess
from pathlib import Path

import pytest

from components.host.step import FOLDER, scripts

DATA = "name=smtp.a.test\nemail=i@a.test\ndirectory=https://ca.test/dir\nca=\n"
CERTBOT = """#!/bin/bash
echo "$*" >>{folder}/called
cat {folder}/says
exit 1
"""


class Host:
    """A folder in the place of a server's, with a certbot that fails."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        (folder / "certbot").write_text(CERTBOT.format(folder=folder))
        (folder / "certbot").chmod(0o755)
        (folder / "renewal").mkdir()

    def renewed_by(self, directory: str) -> None:
        """Have a certificate from a CA lie there."""
        text = f"version = 4.0.0\n[renewalparams]\nserver = {directory}\n"
        (self._folder / "renewal" / "smtp.a.test.conf").write_text(text)

    def run(self, says: str) -> str:
        """Run the step; return what it says."""
        (self._folder / "says").write_text(f"{says}\n")
        script = scripts()["certificate"]
        for there, here in (
            ("/usr/local/lib/tapal/steps", FOLDER / "steps"),
            ("/etc/letsencrypt/renewal/", f"{self._folder}/renewal/"),
        ):
            assert there in script
            script = script.replace(there, str(here))
        done = subprocess.run(
            ["bash", "-c", f"PATH={self._folder}:$PATH\n{script}", "step", "apply"],
            input=DATA,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 1, done.stdout + done.stderr
        return done.stdout

    @property
    def called(self) -> str:
        """How certbot was called."""
        return (self._folder / "called").read_text()


@pytest.fixture
def host(tmp_path: Path) -> Host:
    return Host(tmp_path)


@pytest.mark.parametrize(
    ("says", "cause", "cure"),
    [
        (
            "Could not bind TCP port 80 because it is already in use",
            "port 80 of the host is",
            "stop",
        ),
        ("urn:ietf:params:acme:error:rateLimited :: too many certificates", "too many", "wait"),
        ("DNS problem: NXDOMAIN looking up A for smtp.a.test", "cannot look up", "DNSSEC"),
        (
            "requests.exceptions.ConnectionError: Max retries exceeded",
            "does not answer",
            "is it up",
        ),
        ("Fetching http://smtp.a.test/: Timeout during connect", "gave no certificate", "port 80"),
        ("something that nobody has seen", "gave no certificate", "port 80"),
    ],
)
def test_the_cause_is_named(host: Host, says: str, cause: str, cure: str) -> None:
    said = host.run(says).splitlines()
    assert f"debug: {says}" in said
    assert cause in next(line for line in said if line.startswith("failed: "))
    assert cure in next(line for line in said if line.startswith("cure: "))


def test_a_certificate_of_the_same_ca_is_kept(host: Host) -> None:
    host.renewed_by("https://ca.test/dir")
    host.run("no")
    assert "--keep-until-expiring" in host.called


def test_one_of_another_ca_is_replaced(host: Host) -> None:
    host.renewed_by("https://staging.ca.test/dir")
    assert "the certificate so far is from https://staging.ca.test/dir" in host.run("no")
    assert "--force-renewal" in host.called
    assert "--keep-until-expiring" not in host.called
