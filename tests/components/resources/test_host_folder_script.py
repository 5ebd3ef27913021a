"""The script that reads, writes and deletes a folder's files, run on files of this machine."""

import subprocess
from pathlib import Path

import pytest

from components.resources.host_folder import SCRIPT, packed, unpacked
from components.resources.host_provider import MISSING
from tests.components.resources.test_host_file_script import OWNER, call

FILES = {"one.txt": "1\n", "deep/er/two": "zwei ü\n", "it's three": ""}


@pytest.fixture
def script(tmp_path: Path) -> str:
    """Return the script with its own store moved into the test's folder."""
    return SCRIPT.replace("/var/lib/tapal", str(tmp_path / "store"))


def write(
    script: str, folder: Path, files: dict[str, str], *olds: str
) -> subprocess.CompletedProcess[bytes]:
    """Write ``files`` where those of the names ``olds`` may lie."""
    return call(script, "write", str(folder), "0640", OWNER, *olds, stdin=packed(files))


def read(script: str, folder: Path, *names: str) -> dict[str, object]:
    """Return the files of these names as the provider reads them."""
    done = call(script, "read", str(folder), *names)
    assert done.returncode == 0, done.stderr
    return unpacked(done.stdout, "0640", OWNER)


def test_what_is_written_is_read_back(script: str, tmp_path: Path) -> None:
    folder = tmp_path / "some folder"
    assert write(script, folder, FILES).returncode == 0
    assert read(script, folder, *FILES) == {"files": FILES, "mode": "0640", "owner": OWNER}


def test_many_files_are_all_written(script: str, tmp_path: Path) -> None:
    files = {f"folder {number % 7}/{number}": str(number) for number in range(300)}
    assert write(script, tmp_path / "many", files).returncode == 0
    assert write(script, tmp_path / "many", files, *files).returncode == 0
    assert read(script, tmp_path / "many", *files)["files"] == files


def test_a_difference_shows_file_by_file(script: str, tmp_path: Path) -> None:
    write(script, tmp_path / "f", FILES)
    (tmp_path / "f" / "one.txt").write_text("another\n")
    (tmp_path / "f" / "deep/er/two").unlink()
    (tmp_path / "f" / "it's three").chmod(0o600)
    found = read(script, tmp_path / "f", *FILES)
    assert found["files"] == {"one.txt": "another\n", "it's three": ""}
    assert found["mode"] == "0600"


def test_files_that_are_no_longer_named_go_and_others_stay(script: str, tmp_path: Path) -> None:
    write(script, tmp_path / "f", FILES)
    (tmp_path / "f" / "theirs").write_text("of somebody else")
    assert write(script, tmp_path / "f", {"one.txt": "eins\n"}, *FILES).returncode == 0
    there = {str(one.relative_to(tmp_path / "f")) for one in (tmp_path / "f").rglob("*")}
    assert {one for one in there if (tmp_path / "f" / one).is_file()} == {"one.txt", "theirs"}
    assert (tmp_path / "f" / "one.txt").read_text() == "eins\n"


def test_nothing_there_is_told_apart_from_a_failure(script: str, tmp_path: Path) -> None:
    assert call(script, "read", str(tmp_path / "none"), "one").returncode == MISSING
    (tmp_path / "empty").mkdir()
    assert call(script, "read", str(tmp_path / "empty"), "one").returncode == MISSING
    (tmp_path / "file").write_text("")
    assert write(script, tmp_path / "file", FILES).returncode not in (0, MISSING)


def test_a_broken_archive_leaves_what_was_there_and_no_scrap(script: str, tmp_path: Path) -> None:
    write(script, tmp_path / "f", FILES)
    half = packed({"one.txt": "x" * 100_000})[:50_000]
    done = call(script, "write", str(tmp_path / "f"), "0640", OWNER, *FILES, stdin=half)
    assert done.returncode != 0
    assert read(script, tmp_path / "f", *FILES)["files"] == FILES
    assert not list((tmp_path / "f").glob(".tapal*"))


def test_interrupted_half_way_it_is_written_by_the_next_try(script: str, tmp_path: Path) -> None:
    write(script, tmp_path / "f", FILES)
    news = {name: f"new {name}" for name in (*FILES, "more")}
    killed = script.replace('    mv -fT -- "$new/$name"', '    kill -9 $$; mv -fT -- "$new/$name"')
    assert killed != script
    done = call(killed, "write", str(tmp_path / "f"), "0640", OWNER, *FILES, stdin=packed(news))
    assert done.returncode != 0
    assert write(script, tmp_path / "f", news, *FILES).returncode == 0
    assert read(script, tmp_path / "f", *news)["files"] == news
    assert not list((tmp_path / "f").glob(".tapal*"))


def test_delete_takes_its_files_and_our_folders_along(script: str, tmp_path: Path) -> None:
    folder = tmp_path / "ours"
    write(script, folder, FILES)
    assert call(script, "delete", str(folder), *FILES).returncode == 0
    assert not folder.exists()
    assert call(script, "delete", str(folder), *FILES).returncode == 0


def test_delete_leaves_what_is_not_ours(script: str, tmp_path: Path) -> None:
    folder = tmp_path / "shared"
    (folder / "deep").mkdir(parents=True)
    (folder / "theirs").write_text("of somebody else")
    write(script, folder, FILES)
    assert call(script, "delete", str(folder), *FILES).returncode == 0
    assert {one.name for one in folder.rglob("*")} == {"theirs", "deep"}


def test_what_lay_there_before_us_is_put_back(script: str, tmp_path: Path) -> None:
    folder = tmp_path / "f"
    folder.mkdir()
    (folder / "one.txt").write_text("theirs")
    (folder / "it's three").write_text("theirs too")
    assert write(script, folder, {"one.txt": "ours"}).returncode == 0
    # Ours by now; another one comes, whose place was taken.
    news = {"one.txt": "ours, changed", "it's three": "ours"}
    assert write(script, folder, news, "one.txt").returncode == 0
    assert write(script, folder, {"one.txt": "ours"}, *news).returncode == 0
    assert (folder / "it's three").read_text() == "theirs too"
    assert call(script, "delete", str(folder), "one.txt").returncode == 0
    assert (folder / "one.txt").read_text() == "theirs"
