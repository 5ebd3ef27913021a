"""A server's key that comes over the network: shown, compared, never simply believed."""

import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from lab import keys
from settings import stack_file
from tests.tools.sshd import Login, free_port, running
from tools.new_stack import command, host_key, page

OTHER = keys.public_key("host")
ADDRESS = "127.0.0.1"


@pytest.fixture(scope="module")
def sshd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Login]:
    with running(tmp_path_factory.mktemp("sshd")) as login:
        yield login


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(stack_file, "folder", lambda: tmp_path)
    # The loopback is not an address that a stack may have; everything else is as it is.
    monkeypatch.setattr(page, "problems", lambda _: [])
    return tmp_path


def new(sshd: Login, key: str, *more: str) -> int:
    given = ["--domain", "shop.test", "--ipv4", ADDRESS, "--ssh-port", str(sshd.port)]
    more_given = ["--email", "me@mail.test", "--host-key", key, "--file-only", *more]
    return command.main([*given, *more_given])


def test_the_fingerprint_is_openssh_s(tmp_path: Path) -> None:
    file = tmp_path / "key.pub"
    file.write_text(OTHER + "\n")
    said = subprocess.run(["ssh-keygen", "-lf", file], capture_output=True, text=True, check=True)
    assert host_key.fingerprint(OTHER) == said.stdout.split()[1]


def test_a_scanned_key_is_not_taken_where_nobody_can_compare_it(
    sshd: Login, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert new(sshd, "scan") == 1
    said = capsys.readouterr().err
    assert " ".join(sshd.host_key.split()[:2]) in said
    assert f"--host-key {host_key.fingerprint(sshd.host_key)}" in said
    assert list(folder.iterdir()) == []


def test_the_fingerprint_from_the_console_is_enough(sshd: Login, folder: Path) -> None:
    assert new(sshd, host_key.fingerprint(sshd.host_key)) == 0
    host = stack_file.read(folder / "Pulumi.shop.test.yaml")["tapal:host"]
    assert isinstance(host, dict)
    assert host["ssh"]["hostKey"] == " ".join(sshd.host_key.split()[:2])


@pytest.mark.usefixtures("folder")
def test_a_fingerprint_is_taken_however_it_was_copied(sshd: Login) -> None:
    shown = host_key.fingerprint(sshd.host_key)
    bare = shown.removeprefix("SHA256:")
    for number, copied in enumerate((f"256 {shown} root@vps (ED25519)", bare, f"{shown}=")):
        assert host_key.wish(copied) == shown
        assert new(sshd, copied, "--stack", f"s{number}") == 0
    assert host_key.wish("Scan") == host_key.SCAN
    assert host_key.wish("SHA256:too-short") == "SHA256:too-short", "which no key has"
    for key in (OTHER, OTHER.split()[1], "ssh-rsa AAAA", ""):
        assert host_key.is_complete(key)


def test_another_server_s_key_is_refused(
    sshd: Login, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert new(sshd, host_key.fingerprint(OTHER)) == 1
    assert "another fingerprint" in capsys.readouterr().err
    assert list(folder.iterdir()) == []


def test_nobody_there(sshd: Login, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    silent = free_port()
    assert new(replace(sshd, port=silent), "scan") == 1
    assert f"port {silent}" in capsys.readouterr().err
    assert list(folder.iterdir()) == []
