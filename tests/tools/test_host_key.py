"""A server's key that comes over the network: shown, compared, never simply believed."""

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from lab import keys
from lab.paths import REPOSITORY
from settings import stack_file
from tests.docs import terminal
from tests.tools.sshd import Login, Sshd, free_port
from tools.new_stack import command, host_key, page

OTHER = keys.public_key("host")
ADDRESS = "127.0.0.1"


@pytest.fixture(scope="module")
def sshd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Login]:
    server = Sshd(tmp_path_factory.mktemp("sshd"))
    server.start()
    yield server.login
    server.stop()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(stack_file, "folder", lambda: tmp_path)
    # The loopback is not an address that a stack may have; everything else is as it is.
    monkeypatch.setattr(page, "problems", lambda _: [])
    return tmp_path


def new(sshd: Login, key: str, *more: str) -> int:
    return command.main(["--domain", "shop.test", "--ipv4", ADDRESS, "--ssh-port", str(sshd.port),
                         "--email", "me@mail.test", "--host-key", key, "--yes", *more])  # fmt: skip


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


# Runs the command line with another folder of stacks, on a terminal.
PROGRAM = """
import sys
from pathlib import Path
from settings import stack_file
from tools.new_stack import command
stack_file.folder = lambda: Path(sys.argv[1])
sys.exit(command.main(sys.argv[2:]))
"""
ASKED = (
    (r"\(empty: [^)]*\):", ""),
    (r"IPv4 address:", "203.0.113.10"),
    (r"certificate authority's warnings:", "me@mail.test"),
    (r"\[[^\]]*\]:", ""),
)


def talk(
    folder: Path, answers: terminal.Answers, *arguments: str, program: str = PROGRAM
) -> terminal.Said:
    """Run the command line on a terminal, with answers that come before the usual ones."""
    argv = [sys.executable, "-c", program, str(folder), "--domain", "shop.test", *arguments]
    env = {**os.environ, "TERM": "screen"}
    return terminal.run(argv, answers=[*answers, *ASKED], cwd=REPOSITORY, env=env, timeout=20)


def test_a_wrong_answer_is_asked_again_with_its_cure(tmp_path: Path) -> None:
    wrong = (
        # What was said last decides what is typed next.
        (r"write the public IPv4 address.*\n.*\nThe server's IPv4 address:", "203.0.113.10"),
        (r"IPv4 address:", "10.0.0.1"),
        (r"host\.ssh\.hostKey: .*SSH host key: .*:", OTHER),
        (r"SSH host key: .*:", "ssh-rsa AAAA"),
    )
    said = talk(tmp_path, wrong)
    assert said.status == 0, said.output
    assert said.output.count("The server's IPv4 address: ") == 2
    assert "10.0.0.1 is not public" in said.output
    assert said.output.count("Its SSH host key: ") == 2
    config = stack_file.read(tmp_path / "Pulumi.shop.test.yaml")
    assert isinstance(config["tapal:host"], dict)
    assert config["tapal:host"]["ipv4"] == "203.0.113.10"


def test_a_wrong_flag_is_asked_again_before_anything_is_made_of_it(tmp_path: Path) -> None:
    wrong = [(r"The domain to send mail for.*:", "shop.test"), (r"SSH host key: .*:", OTHER)]
    said = talk(tmp_path, wrong, "--domain", "https://shop.test", "--ipv4", "203.0.113.10")
    assert said.status == 0, said.output
    assert "'https://shop.test' is a URL" in said.output
    assert "smtp.https" not in said.output
    assert "The server's IPv4 address: " not in said.output, "what was right is not asked for"
    assert "tapal:host" in stack_file.read(tmp_path / "Pulumi.shop.test.yaml")


def test_a_key_that_is_not_the_server_s_is_not_taken(tmp_path: Path, sshd: Login) -> None:
    program = PROGRAM.replace(
        "\nsys.exit",
        f"\nfrom tools.new_stack import host_key\nhost_key.scan = lambda *_: {OTHER!r}\nsys.exit",
    )
    answers = [
        (r"begin again\s+Its SSH host key: .*:", sshd.host_key),
        (r"SSH host key: .*:", "scan"),
        (r"Is it the same\? \[y/N\]", "n"),
    ]
    said = talk(tmp_path, answers, program=program)
    assert said.status == 0, said.output
    assert "✗ then it is not taken: is 203.0.113.10 really your server?" in said.output
    host = stack_file.read(tmp_path / "Pulumi.shop.test.yaml")["tapal:host"]
    assert isinstance(host, dict)
    assert host["ssh"]["hostKey"].split()[1] == sshd.host_key.split()[1]


def test_who_stops_leaves_nothing(tmp_path: Path) -> None:
    said = talk(tmp_path, [(r"SSH host key: .*:", "\x03")])
    assert said.status == 130
    assert "nothing was written" in said.output
    assert "Traceback" not in said.output
    assert list(tmp_path.iterdir()) == []
