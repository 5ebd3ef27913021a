"""All files of ours, read at once: what the scripts note, and what comes back."""

import subprocess
from pathlib import Path

import pytest

from components.resources import host_file, host_folder
from components.resources.host_files import READ_ALL, Entry, entries
from components.resources.host_folder import packed
from tests.components.resources.test_host_file_script import OWNER, call


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """Return where this test keeps what is kept in /var/lib/tapal on a host."""
    return tmp_path / "store"


def moved(script: str, store: Path) -> str:
    assert "/var/lib/tapal" in script
    return script.replace("/var/lib/tapal", str(store))


def read_all(store: Path) -> dict[str, Entry]:
    argv = ["sh", "-c", moved(READ_ALL, store)]
    return entries(subprocess.run(argv, capture_output=True, check=True).stdout)


def write(store: Path, path: Path, text: str) -> None:
    script = moved(host_file.SCRIPT, store)
    done = call(script, "write", str(path), "0640", OWNER, "", "new", stdin=text.encode())
    assert done.returncode == 0, done.stderr


def write_folder(store: Path, path: Path, files: dict[str, str], *olds: str) -> None:
    script = moved(host_folder.SCRIPT, store)
    argv = ("write", str(path), "0644", OWNER, *olds)
    done = call(script, *argv, stdin=packed(files))
    assert done.returncode == 0, done.stderr


def test_nothing_was_written_yet(store: Path) -> None:
    assert read_all(store) == {}


def test_files_and_folders_come_back_in_one_go(store: Path, tmp_path: Path) -> None:
    write(store, tmp_path / "a b" / "file", "zwei ü\n")
    write_folder(store, tmp_path / "f", {"one": "1", "deep/it's": "2"})
    write_folder(store, tmp_path / "f", {"another": "3"})  # of another resource
    assert read_all(store) == {
        str(tmp_path / "a b" / "file"): Entry(content="zwei ü\n", mode="0640", owner=OWNER),
        str(tmp_path / "f" / "one"): Entry(content="1", mode="0644", owner=OWNER),
        str(tmp_path / "f" / "deep/it's"): Entry(content="2", mode="0644", owner=OWNER),
        str(tmp_path / "f" / "another"): Entry(content="3", mode="0644", owner=OWNER),
    }


def test_what_became_of_them_shows(store: Path, tmp_path: Path) -> None:
    for name in ("changed", "closed", "gone", "linked"):
        write(store, tmp_path / name, name)
    (tmp_path / "changed").write_text("by hand")
    (tmp_path / "closed").chmod(0o600)
    (tmp_path / "gone").unlink()
    (tmp_path / "linked").rename(tmp_path / "elsewhere")
    (tmp_path / "linked").symlink_to(tmp_path / "elsewhere")
    found = read_all(store)
    assert found[str(tmp_path / "changed")].content == "by hand"
    assert found[str(tmp_path / "closed")].mode == "0600"
    assert str(tmp_path / "gone") not in found
    assert found[str(tmp_path / "linked")].content == "linked", "as it is read by itself"


def test_what_is_deleted_is_forgotten(store: Path, tmp_path: Path) -> None:
    write(store, tmp_path / "file", "1")
    write_folder(store, tmp_path / "f", {"one": "1", "two": "2"})
    write_folder(store, tmp_path / "f", {"one": "1"}, "one", "two")
    assert len(read_all(store)) == 2
    call(moved(host_folder.SCRIPT, store), "delete", str(tmp_path / "f"), "one")
    call(moved(host_file.SCRIPT, store), "delete", str(tmp_path / "file"), "")
    assert read_all(store) == {}
    assert not store.exists(), "nothing is kept of what is gone"


def test_many_at_once_lose_no_note(store: Path, tmp_path: Path) -> None:
    script = moved(host_file.SCRIPT, store)
    paths = [tmp_path / str(number) for number in range(16)]
    running = [
        subprocess.Popen(
            ["sh", "-c", script, "tapal", "write", str(path), "0644", OWNER, "", "new"],
            stdin=subprocess.DEVNULL,
        )
        for path in paths
    ]
    assert [one.wait() for one in running] == [0] * len(paths)
    assert read_all(store).keys() == {str(path) for path in paths}
