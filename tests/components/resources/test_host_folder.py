"""What the state remembers of a folder: its files' texts once, and their digests."""

from typing import Any

import pytest
from pulumi.output import Unknown

from components.resources.host_files import Entry
from components.resources.host_folder import HostFolderProvider, digests

NEWS: dict[str, Any] = {
    "path": "/opt/x",
    "files": {"a": "1", "b": "2"},
    "mode": "0644",
    "owner": "root:root",
}


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> HostFolderProvider:
    """A provider of a host on which these files lie, one of them changed by hand."""
    files = {"a": "1", "b": "by hand"}

    def known(_: HostFolderProvider, path: str) -> Entry:
        return Entry(content=files[path.removeprefix("/opt/x/")], mode="0644", owner="root:root")

    monkeypatch.setattr(HostFolderProvider, "_known", known)
    return HostFolderProvider()


def state(**files: str) -> dict[str, Any]:
    return {**NEWS, "files": digests(files), "revision": "r"}


def test_what_is_the_same_is_no_change() -> None:
    assert HostFolderProvider().diff("", state(a="1", b="2"), NEWS).changes is False


@pytest.mark.parametrize("files", [{"a": "1"}, {"a": "1", "b": "3"}, {"a": "1", "b": "2", "c": ""}])
def test_another_file_is_a_change(files: dict[str, str]) -> None:
    assert HostFolderProvider().diff("", state(**files), NEWS).changes is True


def test_another_mode_or_place_is_one() -> None:
    old = state(a="1", b="2")
    assert HostFolderProvider().diff("", old, {**NEWS, "mode": "0600"}).changes is True
    moved = HostFolderProvider().diff("", old, {**NEWS, "path": "/opt/y"})
    assert moved.replaces == ["path"]


def test_what_is_there_is_read_as_text_and_kept_as_digest(provider: HostFolderProvider) -> None:
    read = provider.read("/opt/x", state(a="1", b="2"))
    assert read.inputs is not None
    assert read.inputs["files"] == {"a": "1", "b": "by hand"}
    assert read.outs is not None
    assert read.outs["files"] == digests({"a": "1", "b": "by hand"})
    assert read.outs["revision"] == "r"
    assert "revision" not in read.inputs
    assert provider.diff("", read.outs, NEWS).changes is True


def test_a_text_that_is_yet_to_be_made_is_a_change() -> None:
    # As the provider gets it in a preview: one of them, or all as one, since they are secrets.
    old = state(a="1", b="2")
    for files in ({"a": "1", "b": Unknown()}, Unknown()):  # type: ignore[no-untyped-call]
        assert HostFolderProvider().diff("", old, {**NEWS, "files": files}).changes is True


def test_names_are_told_where_the_texts_are_secret(provider: HostFolderProvider) -> None:
    read = provider.read("/opt/x", {**state(a="1", b="2"), "names": ["a", "b"]})
    assert read.inputs is not None
    assert read.inputs["names"] == ["a", "b"]
