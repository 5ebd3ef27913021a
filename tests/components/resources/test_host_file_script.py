"""The script that reads, writes and deletes a host's files, run on files of this machine."""

import getpass
import grp
import os
import subprocess
from pathlib import Path

import pytest

from components.resources.host_file import SCRIPT
from components.resources.host_provider import MISSING

OWNER = f"{getpass.getuser()}:{grp.getgrgid(os.getgid()).gr_name}"


@pytest.fixture
def script(tmp_path: Path) -> str:
    """Return the script with its own store moved into the test's folder."""
    return SCRIPT.replace("/var/lib/tapal", str(tmp_path / "store"))


def call(script: str, *words: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    """Run the script as the provider does."""
    argv = ["sh", "-c", script, "tapal", *words]
    return subprocess.run(argv, input=stdin, capture_output=True, check=False)


def write(script: str, path: Path, text: str, *, validate: str = "", origin: str = "new") -> int:
    """Write ``text`` to ``path`` and return the exit status."""
    words = ("write", str(path), "0640", OWNER, validate, origin)
    return call(script, *words, stdin=text.encode()).returncode


def test_what_is_written_is_read_back(script: str, tmp_path: Path) -> None:
    path = tmp_path / "some folder" / "it's a file"
    assert write(script, path, "one\ntwo\n") == 0
    done = call(script, "read", str(path))
    assert done.stdout.decode() == f"640 {OWNER}\none\ntwo\n"


def test_a_missing_file_is_told_apart_from_a_failure(script: str, tmp_path: Path) -> None:
    assert call(script, "read", str(tmp_path / "none")).returncode == MISSING


def test_a_refused_file_leaves_the_old_one_and_no_scrap(script: str, tmp_path: Path) -> None:
    path = tmp_path / "file"
    write(script, path, "good")
    assert write(script, path, "bad", validate="grep -q good", origin="ours") != 0
    assert path.read_text() == "good"
    assert [file.name for file in tmp_path.iterdir() if file.name != "store"] == ["file"]


def test_delete_puts_back_what_was_there_before_us(script: str, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("the package's own")
    write(script, path, "ours")
    write(script, path, "ours, changed", origin="ours")
    assert call(script, "delete", str(path)).returncode == 0
    assert path.read_text() == "the package's own"


def test_delete_takes_our_folders_along_and_no_others(script: str, tmp_path: Path) -> None:
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    write(script, theirs / "ours" / "deep" / "file", "text")
    assert call(script, "delete", str(theirs / "ours" / "deep" / "file")).returncode == 0
    assert theirs.exists()
    assert not (theirs / "ours").exists()


def test_deleting_twice_is_no_error(script: str, tmp_path: Path) -> None:
    assert call(script, "delete", str(tmp_path / "none")).returncode == 0
