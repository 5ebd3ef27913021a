"""The hook that certbot runs after a renewal: what it leaves alone, and the stack's commands."""

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from mail.template import render

NAME = "smtp.a.test"


class Host:
    """A folder in a server's place: a lineage, what chasquid reads, and what was restarted."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "bin").mkdir()
        self.program("getent", "exit 0")
        self.program("chown", "exit 0")
        self.program("install", f"mkdir -p {folder}/certs/{NAME}")
        self.program("systemctl", f'echo "$*" >>{folder}/called')
        self.lineage(NAME, "first")

    def program(self, name: str, text: str) -> None:
        file = self.folder / "bin" / name
        file.write_text(f"#!/bin/bash\n{text}\n")
        file.chmod(0o755)

    def lineage(self, name: str, text: str) -> Path:
        made = self.folder / "live" / name
        made.mkdir(parents=True, exist_ok=True)
        for file in ("fullchain.pem", "privkey.pem"):
            (made / file).write_text(f"{text} {file}\n")
        return made

    def run(
        self, lineage: Path, reload: Sequence[str] = (), *, renewed: bool = False
    ) -> "subprocess.CompletedProcess[str]":
        text = render("components/host/deploy-certificate.j2", host=NAME, reload=list(reload))
        assert "/etc/chasquid/certs" in text
        text = text.replace("/etc/chasquid/certs", str(self.folder / "certs"))
        env = {"PATH": f"{self.folder / 'bin'}:{os.environ['PATH']}"}
        arguments = [] if renewed else [str(lineage)]
        if renewed:
            env["RENEWED_LINEAGE"] = str(lineage)
        return subprocess.run(
            ["bash", "-c", text, "hook", *arguments],
            env=env, capture_output=True, text=True, check=False,
        )  # fmt: skip

    @property
    def installed(self) -> list[str]:
        return sorted(str(one.relative_to(self.folder)) for one in self.folder.glob("certs/*/*"))

    @property
    def restarts(self) -> int:
        called = self.folder / "called"
        return called.read_text().count("restart ") if called.exists() else 0


@pytest.fixture
def host(tmp_path: Path) -> Host:
    return Host(tmp_path)


def test_a_new_certificate_is_installed_and_chasquid_restarted_once(host: Host) -> None:
    lineage = host.lineage(NAME, "first")
    assert host.run(lineage, renewed=True).returncode == 0
    assert host.installed == [f"certs/{NAME}/fullchain.pem", f"certs/{NAME}/privkey.pem"]
    assert host.run(lineage).returncode == 0
    assert host.restarts == 1


def test_another_lineage_stays_where_it_is(host: Host) -> None:
    done = host.run(host.lineage("www.a.test", "other"), ["false"], renewed=True)
    assert (done.returncode, host.installed, host.restarts) == (0, [], 0)


def test_a_command_that_fails_keeps_neither_the_certificate_nor_the_next_one_from_it(
    host: Host,
) -> None:
    commands = ["echo one; exit 7", f"touch {host.folder}/second"]
    done = host.run(host.lineage(NAME, "new"), commands)
    assert done.returncode == 3
    assert "failed after renewal: echo one; exit 7" in done.stderr
    assert (host.folder / "second").exists()
    assert host.installed


def test_a_start_without_a_new_certificate_runs_no_command_again(host: Host) -> None:
    lineage, commands = host.lineage(NAME, "new"), [f"echo x >>{host.folder}/ran"]
    for _ in range(3):
        assert host.run(lineage, commands).returncode == 0
    assert (host.folder / "ran").read_text() == "x\n"
